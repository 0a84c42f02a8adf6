import { expect, test } from 'vitest'
import { Loopback } from '../testing/loopback.ts'
import { layoutPaths } from './content-layout.ts'

const single = ['c.bin']
const folder = ['tree/a.bin', 'tree/x/b.bin']

test.each([
  [single, 'original', null],
  [single, 'no-subfolder', null],
  [single, 'subfolder', ['c/c.bin']],
  [['a.tar.gz'], 'subfolder', ['a/a.tar.gz']],
  [['.profile'], 'subfolder', ['.profile/.profile']],
  [['plain'], 'subfolder', ['plain/plain']],
  [['..a'], 'subfolder', ['..a/..a']],
  [['...a'], 'subfolder', ['...a/...a']],
  [folder, 'original', null],
  [folder, 'subfolder', null],
  [folder, 'no-subfolder', ['a.bin', 'x/b.bin']],
] as const)('%j as %s', (paths, layout, expected) => {
  const entry = { lengthBytes: 1, offsetBytes: 0, pad: false, executable: false, hidden: false }
  const files = paths.map(path => ({ ...entry, path: path.split('/') }))
  const laidOut = layoutPaths({ files }, layout)
  expect(laidOut && [...laidOut.values()].map(path => path.join('/'))).toEqual(expected)
})

test('a magnet link keeps its layout over a restart until its metadata is known', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('tree', { a: 10, 'x/b': 10 })
  const options = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const session = await loop.open(options)
  const { magnet } = await session.add(metainfo, { paused: true })
  const [first] = session.torrents
  await first!.remove()
  await session.add(magnet, { paused: true, contentLayout: 'no-subfolder' })
  await session.close()
  const next = await loop.open(options)
  await next.add(metainfo)
  const paths = () => next.torrents[0]!.files.map(({ currentPath }) => currentPath.join('/'))
  expect(paths()).toEqual(['a', 'x/b'])
  await next.close()
  const [last] = (await loop.open(options)).torrents
  expect(last!.files.map(({ currentPath }) => currentPath.join('/'))).toEqual(['a', 'x/b'])
})
