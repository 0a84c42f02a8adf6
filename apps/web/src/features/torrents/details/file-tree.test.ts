import type { TorrentFile } from '@shoal/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FileTree,
  filesBelow,
  foldersAbove,
  listRows,
  openAtFirst,
  priorityOf,
  progressOf,
  rowsMatching,
  wantedOf,
} from './file-tree.ts'

function file(index: number, path: string, more: Partial<TorrentFile> = {}): TorrentFile {
  const plain = { lengthBytes: 100, haveBytes: 0, priority: 4, copies: [], mediaType: 'text/plain', href: '' }
  return { index, path, ...plain, ...more }
}

const paths = (nodes: readonly { path: string }[]) => nodes.map(({ path }) => path)

test('folders come first, then names in the order that people count in', () => {
  const tree = new FileTree([file(0, 'b10.txt'), file(1, 'b9.txt'), file(2, 'z/x.txt'), file(3, 'A.txt')])
  expect(paths(listRows(tree, new Set(['z'])))).toEqual(['z', 'z/x.txt', 'A.txt', 'b9.txt', 'b10.txt'])
})

test('a closed folder hides what is in it', () => {
  const tree = new FileTree([file(0, 'a/b/c.txt'), file(1, 'a/d.txt')])
  expect(paths(listRows(tree, new Set()))).toEqual(['a'])
  expect(paths(listRows(tree, new Set(['a'])))).toEqual(['a', 'a/b', 'a/d.txt'])
})

test('folders add up sizes, progress and priorities, and follow changes', () => {
  const tree = new FileTree([
    file(0, 'a/b/c'),
    file(1, 'a/d', { haveBytes: 50 }),
    file(2, 'e', { priority: 0 }),
  ])
  const folder = tree.folderAt('a')!
  expect(folder).toMatchObject({ lengthBytes: 200, haveBytes: 50 })
  expect([wantedOf(folder), wantedOf(tree.root), wantedOf(tree.fileAt(2)!)]).toEqual(['all', 'some', 'none'])
  tree.change(0, { haveBytes: 100, priority: 7 })
  expect(progressOf(folder)).toBe(0.75)
  expect(priorityOf(folder)).toBe('mixed')
  tree.change(1, { priority: 0 })
  expect([priorityOf(folder), wantedOf(folder)]).toEqual([7, 'some'])
  tree.change(99, { haveBytes: 5 })
  expect(tree.root.haveBytes).toBe(150)
})

test('sums stay those of the files after any changes', () => {
  const change = fc.record({
    index: fc.nat(11),
    haveBytes: fc.nat(100),
    priority: fc.integer({ min: 0, max: 7 }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), changes => {
      const tree = new FileTree(
        Array.from({ length: 12 }, (_, index) => file(index, `${index % 3}/${index}`)),
      )
      for (const each of changes) tree.change(each.index, each)
      for (const folder of tree.folders()) {
        const files = filesBelow(folder)
        expect(folder.haveBytes).toBe(files.reduce((sum, { haveBytes }) => sum + haveBytes, 0))
        const unwanted = files.filter(node => priorityOf(node) === 0).length
        expect(wantedOf(folder)).toBe(unwanted === 0 ? 'all' : unwanted === files.length ? 'none' : 'some')
      }
    }),
  )
})

test('a filter shows what has all the words, below its folders', () => {
  const tree = new FileTree([file(0, 'Season 1/One.mkv'), file(1, 'Season 2/One.mkv'), file(2, 'notes.txt')])
  expect(paths(rowsMatching(tree, 'one 2'))).toEqual(['Season 2', 'Season 2/One.mkv'])
  expect(rowsMatching(tree, 'nothing like it')).toEqual([])
})

test('an empty file is complete', () => {
  expect(progressOf(new FileTree([file(0, 'a', { lengthBytes: 0 })]).fileAt(0)!)).toBe(1)
})

test('a large torrent opens only a path without choices', () => {
  const tree = new FileTree(
    Array.from({ length: 300 }, (_, index) => file(index, `top/only/${index % 2}/${index}`)),
  )
  expect([...openAtFirst(tree)]).toEqual(['top', 'top/only'])
  expect(openAtFirst(new FileTree([file(0, 'a/b/c')]))).toEqual(new Set(['a', 'a/b']))
})

test('the folders above a file are those that must be open to see it', () => {
  const tree = new FileTree([file(0, 'a/b/c/d'), file(1, 'a/e'), file(2, 'f')])
  expect(foldersAbove(tree, 0)).toEqual(['a/b/c', 'a/b', 'a'])
  expect(paths(listRows(tree, new Set(foldersAbove(tree, 0))))).toContain('a/b/c/d')
  expect([2, 9, Number.NaN, null].map(index => foldersAbove(tree, index))).toEqual([[], [], [], []])
})

test('a hundred thousand files make a tree whose every file is found', () => {
  const files = Array.from({ length: 100_000 }, (_, index) =>
    file(index, `${index % 100}/${index % 7}/${index}`),
  )
  const tree = new FileTree(files)
  expect(filesBelow(tree.root)).toHaveLength(100_000)
  expect(tree.root.lengthBytes).toBe(10_000_000)
})
