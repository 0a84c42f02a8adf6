import { expect, test } from 'vitest'
import { kindOf } from './kinds.ts'

test.each([
  ['film.mp4', 'video/mp4', 'video'],
  ['film.mkv', 'video/x-matroska', 'video'],
  ['code.ts', 'video/mp2t', 'text'],
  ['song.flac', 'audio/flac', 'audio'],
  ['list.m3u', 'audio/x-mpegurl', 'text'],
  ['a.png', 'image/png', 'picture'],
  ['a.svg', 'image/svg+xml', 'picture'],
  ['a.tiff', 'image/tiff', 'other'],
  ['README', 'application/octet-stream', 'text'],
  ['dir/README.md', 'text/markdown; charset=utf-8', 'markdown'],
  ['page.html', 'text/html', 'text'],
  ['book.pdf', 'application/pdf', 'pdf'],
  ['disk.iso', 'application/octet-stream', 'other'],
])('%s (%s) is shown as %s', (path, mediaType, kind) => {
  expect(kindOf({ path, mediaType })).toBe(kind)
})
