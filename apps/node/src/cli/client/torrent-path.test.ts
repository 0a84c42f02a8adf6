import { expect, test } from 'vitest'
import { torrentPath } from './torrent-path.ts'

test.each([
  ['/d', 'Shown', 'film.mkv', false, '/d/film.mkv'],
  ['/', 'film.mkv', 'film.mkv', false, '/film.mkv'],
  ['C:\\d', 'film.mkv', 'film.mkv', false, 'C:\\d\\film.mkv'],
  ['/d', 'several', null, false, '/d'],
  ['/d/Sealed/1', 'Holiday', 'sealed.age', true, '/d/Sealed/1/sealed.age'],
])('in %s, %s stored as %s (sealed: %s) is at %s', (directory, name, diskName, sealed, expected) => {
  expect(torrentPath({ directory, name, diskName, fileCount: 1, sealed })).toBe(expected)
})

test.each([
  ['film.mkv', false, '/d/film.mkv'],
  ['Holiday', true, '/d/sealed.age'],
])('without metadata, %s (sealed: %s) will be at %s', (name, sealed, expected) => {
  expect(torrentPath({ directory: '/d', name, diskName: null, fileCount: null, sealed })).toBe(expected)
})
