import { mkdirSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../storage/temporary.node.ts'
import { Loopback } from '../testing/loopback.ts'
import { visibleInHome } from './home-names.node.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
  mkdirSync(`${folder.path}/home/me`, { recursive: true })
  symlinkSync('home', `${folder.path}/link`)
})
afterEach(() => folder.remove())

const ENTRY = { lengthBytes: 1, offsetBytes: 0, pad: false, executable: false, hidden: false }

/** The paths of files that are stored below `directory`, with those of `renamed` by index. */
function stored(paths: readonly string[], directory: string, renamed: Record<number, string> = {}): string[] {
  const files = paths.map(path => ({ ...ENTRY, path: path.split('/') }))
  const before = new Map(Object.entries(renamed).map(([index, path]) => [Number(index), path.split('/')]))
  const after = visibleInHome(files, before, `${folder.path}/${directory}`, `${folder.path}/home/me`)
  return files.map(({ path }, index) => (after?.get(index) ?? path).join('/'))
}

test.each([
  ['home/me', ['.bashrc'], ['_bashrc']],
  ['home/me', ['...x'], ['___x']],
  ['home/me', ['.ssh/authorized_keys', '.ssh/.rc'], ['_ssh/authorized_keys', '_ssh/.rc']],
  ['home/me', ['films/.hidden'], ['films/.hidden']],
  ['home/me/new/folder', ['.bashrc'], ['.bashrc']],
  ['home/me/.config', ['.bashrc'], ['.bashrc']],
  ['link/me', ['.bashrc'], ['_bashrc']],
  ['home', ['me/.ssh/rc', 'me/a'], ['me/_ssh/rc', 'me/a']],
  ['home', ['ME/.ssh/rc'], ['ME/_ssh/rc']],
  ['home', ['.you/.ssh/rc'], ['.you/.ssh/rc']],
  ['.', ['home/me/.ssh'], ['home/me/_ssh']],
  ['elsewhere', ['.bashrc'], ['.bashrc']],
])('in %s, %j is stored as %j', (directory, paths, expected) => {
  expect(stored(paths, directory)).toEqual(expected)
})

test('names of renamed files are looked at, and none takes the path of another', () => {
  const paths = ['t/.ssh/x', 't/_ssh/x', 't/b']
  const renamed = { 0: '.ssh/x', 1: '_SSH/x', 2: 'b' }
  expect(stored(paths, 'home/me', renamed)).toEqual(['_ssh/x', '_SSH/x (2)', 'b'])
})

test('a torrent brings no hidden files to the home folder, unless they are the user has them already', async () => {
  await using loop = await Loopback.make()
  vi.stubEnv('HOME', loop.path('home'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const metainfo = await loop.torrent('.ssh', { authorized_keys: 10, 'x/y': 10 })
  const session = await loop.open({ directory: loop.path('home') })
  const torrent = await session.add(metainfo, { paused: true })
  const paths = () => torrent.files.map(file => file.diskPath)
  expect(paths()).toEqual([loop.path('home', '_ssh', 'authorized_keys'), loop.path('home', '_ssh', 'x', 'y')])
  await torrent.remove()
  const own = await session.add(metainfo, { paused: true, trusted: true })
  expect(own.files[0]!.diskPath).toBe(loop.path('home', '.ssh', 'authorized_keys'))
})
