import { expect, test } from 'vitest'
import { listDeletions } from './deletions.ts'

test('a torrent of one file is that file', () => {
  expect(listDeletions('/data', ['debian.iso'], 1)).toEqual([
    { kind: 'file', path: '/data/debian.iso', files: 1 },
  ])
})

test('a torrent of many files is its folder, with all of them, also those that are not listed', () => {
  expect(listDeletions('/data/', ['album/1.flac', 'album/cd2/2.flac'], 900)).toEqual([
    { kind: 'folder', path: '/data/album', files: 900 },
  ])
})

test('files that were moved out of the folder are named in addition to it', () => {
  expect(listDeletions('/data', ['album/1.flac', 'cover.jpg', 'album/2.flac'], 3)).toEqual([
    { kind: 'folder', path: '/data/album', files: 2 },
    { kind: 'file', path: '/data/cover.jpg', files: 1 },
  ])
})

test('paths of a Windows machine are written as there', () => {
  expect(listDeletions('D:\\Downloads', ['album/1.flac'], 1)[0]!.path).toBe('D:\\Downloads\\album')
})
