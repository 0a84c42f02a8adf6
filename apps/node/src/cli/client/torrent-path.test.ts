import { expect, test } from 'vitest'
import { torrentPath } from './torrent-path.ts'

test.each([
  ['/d', 'film.mkv', false, '/d/film.mkv'],
  ['/', 'film.mkv', false, '/film.mkv'],
  ['C:\\d', 'film.mkv', false, 'C:\\d\\film.mkv'],
  ['/d/Sealed/1', 'Holiday', true, '/d/Sealed/1/sealed.age'],
])('in %s, %s (sealed: %s) is at %s', (directory, name, sealed, expected) => {
  expect(torrentPath({ directory, name, sealed })).toBe(expected)
})
