import { beforeEach, expect, test, vi } from 'vitest'
import { dropFiles, keepFiles, keptFiles } from './kept-files.ts'

const [one, other] = ['a'.repeat(40), 'b'.repeat(40)]

beforeEach(() => {
  const texts = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => texts.set(key, text),
    removeItem: (key: string) => texts.delete(key),
  })
})

test('what is kept is known, each once, until it is dropped', () => {
  for (const id of [one, other, one]) keepFiles('shared', id)
  keepFiles('viewed', other)
  expect([keptFiles('shared'), keptFiles('viewed')]).toEqual([[one, other], [other]])
  dropFiles('shared', other)
  dropFiles('viewed', other)
  expect([keptFiles('shared'), keptFiles('viewed')]).toEqual([[one], []])
})

test.each(['{', '{}', '["x"]', '[1]', '"text"'])('%s in the storage is nothing', text => {
  localStorage.setItem('shoal-chat.shared', text)
  expect(keptFiles('shared')).toEqual([])
})
