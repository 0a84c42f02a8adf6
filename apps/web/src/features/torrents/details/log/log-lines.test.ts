import type { LogEntry } from '@shoal/api'
import { expect, test } from 'vitest'
import { isShown, joined, MOST_LINES } from './log-lines.ts'

const entry = (id: number, more: Partial<LogEntry> = {}): LogEntry => ({
  id,
  atMs: id,
  level: 'info',
  torrent: 'a',
  message: '',
  ...more,
})

test('an entry that came twice is shown once, in order', () => {
  expect(joined([entry(1), entry(3)], [entry(2), entry(3)]).map(({ id }) => id)).toEqual([1, 2, 3])
})

test('the oldest lines go when there are too many', () => {
  const many = Array.from({ length: MOST_LINES + 5 }, (_, id) => entry(id + 1))
  expect(joined(many, []).at(0)!.id).toBe(6)
})

test('a level shows itself and what is graver, of this torrent only', () => {
  expect(isShown(entry(1, { level: 'error' }), 'a', 'warn')).toBe(true)
  expect(isShown(entry(1, { level: 'info' }), 'a', 'warn')).toBe(false)
  expect(isShown(entry(1, { torrent: 'b' }), 'a', 'debug')).toBe(false)
  expect(isShown(entry(1, { torrent: null }), 'a', 'debug')).toBe(false)
})
