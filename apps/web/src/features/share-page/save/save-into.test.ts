import { expect, test } from 'vitest'
import type { ShareFile } from '../share-file.ts'
import { saveInto } from './save-into.ts'

type Disk = Map<string, Disk | string>

/** A folder as browsers hand them out, as far as saving needs it. */
function folderOf(disk: Disk) {
  const entry = (name: string, isFolder: boolean, create: boolean): Disk | string => {
    if (/^\.{0,2}$|[/\\:]/.test(name)) throw new TypeError('Name is not allowed.')
    const found = disk.get(name)
    if (found === undefined && !create) throw new DOMException('', 'NotFoundError')
    if (found !== undefined && found instanceof Map !== isFolder)
      throw new DOMException('', 'TypeMismatchError')
    const kept = found ?? (isFolder ? new Map() : '')
    disk.set(name, kept)
    return kept
  }
  return {
    getDirectoryHandle: async (name: string, { create = false } = {}): Promise<unknown> =>
      folderOf(entry(name, true, create) as Disk),
    async getFileHandle(name: string, { create = false } = {}) {
      entry(name, false, create)
      const write = (bytes: Uint8Array) =>
        void disk.set(name, `${disk.get(name)}${new TextDecoder().decode(bytes)}`)
      return {
        async createWritable() {
          disk.set(name, '')
          return new WritableStream({ write })
        },
      }
    },
  }
}

const fileOf = (path: readonly string[], text: string): ShareFile => ({
  index: 0,
  path,
  lengthBytes: text.length,
  haveBytes: text.length,
  read: () => new Blob([text]).stream(),
})

const into = (disk: Disk) => folderOf(disk) as unknown as FileSystemDirectoryHandle

test('all files go into a new folder named after the share, and what is there stays', async () => {
  const disk: Disk = new Map<string, Disk | string>([
    ['.bashrc', 'mine'],
    ['Trip', new Map([['.bashrc', 'mine']])],
    ['Trip (2)', 'a file'],
  ])
  const told: number[] = []
  const files = [fileOf(['.bashrc'], 'theirs'), fileOf(['day 2', 'b.txt'], 'sea')]
  await saveInto(into(disk), files, 'Trip', done => told.push(done))
  expect(Object.fromEntries(disk)).toEqual({
    '.bashrc': 'mine',
    Trip: new Map([['.bashrc', 'mine']]),
    'Trip (2)': 'a file',
    'Trip (3)': new Map<string, unknown>([
      ['.bashrc', 'theirs'],
      ['day 2', new Map([['b.txt', 'sea']])],
    ]),
  })
  expect(told.at(-1)).toBe(9)
})

test.each([
  ['../../etc', '.._.._etc'],
  ['..', '__'],
  ['', '_'],
  ['a: b?', 'a_ b_'],
])('a share named "%s" goes into "%s"', async (name, folder) => {
  const disk: Disk = new Map()
  await saveInto(into(disk), [fileOf(['a.txt'], 'a')], name, () => {})
  expect([...disk.keys()]).toEqual([folder])
})

test('names that browsers refuse are written otherwise, and two that systems take for one are numbered', async () => {
  const disk: Disk = new Map()
  const files = [
    fileOf(['a:b', 'c'], '1'),
    fileOf(['..', 'd'], '2'),
    fileOf(['x.txt'], '3'),
    fileOf(['X.txt'], '4'),
  ]
  await saveInto(into(disk), files, 'Trip', () => {})
  expect(disk.get('Trip')).toEqual(
    new Map<string, unknown>([
      ['a_b', new Map([['c', '1']])],
      ['__', new Map([['d', '2']])],
      ['x.txt', '3'],
      ['X (2).txt', '4'],
    ]),
  )
})
