import { expect, test } from 'vitest'
import { PieceLayout } from '../metainfo/layout.ts'
import type { NameRules } from '../metainfo/safe-names.ts'
import { applyRenames, diskPaths, type Renamed } from './disk-paths.ts'
import { testFiles } from './fixtures.ts'

const PART = '.key.parts'
const names = ['a', 'sub/b', 'sub/c']
const layout = new PieceLayout({
  version: 'v1',
  pieceLengthBytes: 1024,
  files: testFiles(names.map(name => [name, 100])),
})
const plain = ['T/a', 'T/sub/b', 'T/sub/c']

function renamed(entries: Record<number, string>): Renamed {
  return new Map(Object.entries(entries).map(([file, path]) => [Number(file), path.split('/')]))
}

test('several files are renamed together and may swap names', () => {
  const paths = [...plain]
  expect(applyRenames(paths, renamed({ 0: 'T/sub/b', 1: 'T/a' }), 'posix', PART)).toBe(true)
  expect(paths).toEqual(['T/sub/b', 'T/a', 'T/sub/c'])
})

test.each([
  ['the path of another file', { 0: 'T/sub/b' }],
  ['a path below a file', { 0: 'T/sub/b/x' }],
  ['the path of a folder', { 0: 'T/sub' }],
  ['one path for two files', { 0: 'x', 1: 'x' }],
  ['the path of the part file', { 0: PART }],
  ['no such file', { 7: 'x' }],
])('nothing is renamed with %s', (_, changes) => {
  const paths = [...plain]
  expect(applyRenames(paths, renamed({ 2: 'fine', ...changes }), 'posix', PART)).toBe(false)
  expect(paths).toEqual(plain)
})

test('a path that only some systems consider equal is refused on those', () => {
  const apply = (rules: NameRules) => applyRenames([...plain], renamed({ 0: 'T/SUB/B' }), rules, PART)
  expect(apply('posix')).toBe(true)
  expect(apply('windows')).toBe(false)
})

test('of recorded names that collide, the valid ones are used', () => {
  expect(diskPaths(layout, 'posix', PART, renamed({ 0: 'T/sub/b', 2: 'fine' }))).toEqual([
    'T/a',
    'T/sub/b',
    'fine',
  ])
})
