import { beforeEach, expect, test, vi } from 'vitest'
import { columnChoices, moveColumn, neighborOf, resetColumns, setCompact, shownColumns } from './columns.ts'

const shown = () => shownColumns(columnChoices.get()).map(({ key }) => key)

beforeEach(() => {
  const stored = new Map<string, string>()
  vi.stubGlobal('localStorage', { setItem: (key: string, value: string) => stored.set(key, value) })
  resetColumns()
  return () => vi.unstubAllGlobals()
})

test('a column takes the place of another, to either side, and back', () => {
  const before = shown()
  moveColumn('ratio', 'state')
  expect(shown().slice(0, 4)).toEqual(['name', 'ratio', 'state', 'totalBytes'])
  moveColumn('ratio', 'totalBytes')
  expect(shown().slice(0, 4)).toEqual(['name', 'state', 'totalBytes', 'ratio'])
  expect(neighborOf('ratio', -1)).toBe('totalBytes')
  expect(neighborOf('name', -1)).toBeUndefined()
  setCompact(true)
  expect(columnChoices.get()).toMatchObject({ compact: true, order: expect.arrayContaining(['ratio']) })
  resetColumns()
  expect(shown()).toEqual(before)
})
