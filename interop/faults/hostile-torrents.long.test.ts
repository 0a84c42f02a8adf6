/**
 * Malicious torrent files and magnet links result in a clear error or in safe names, and take
 * little time and memory.
 */
import { lstat, mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { parseMagnet, parseMetainfo, Session, ShoalError, type TorrentSource } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type BencodeInput, encode } from '../../packages/torrent/src/bencode/bencode.ts'
import { ignoresCase } from '../../packages/torrent/src/storage/disk/ignores-case.node.ts'
import { type TempDir, tempDir } from '../support/files.ts'
import { ALONE } from './support.ts'

const MIB = 1024 * 1024
/** Memory limit in addition to the input itself. */
const MAX_MEMORY_BYTES = 300 * MIB

async function victim(): Promise<{ session: Session; dir: TempDir; folder: string }> {
  const dir = await tempDir('hostile')
  onTestFinished(dir.remove)
  const folder = dir.join('downloads')
  await mkdir(folder)
  const session = await Session.open({ ...ALONE, directory: folder })
  onTestFinished(() => session.close())
  return { session, dir, folder }
}

/** Adds a torrent that must be rejected. Returns the error, which must be a ShoalError. */
async function rejection(session: Session, source: TorrentSource): Promise<ShoalError> {
  const error = await session.add(source).then(
    () => null,
    thrown => thrown,
  )
  expect(error).toBeInstanceOf(ShoalError)
  // The message is one line without unprintable characters from the file.
  expect(error.message).toMatch(/^[\x20-\x7e\u00a0-\uffff]{10,400}$/)
  expect(session.torrents).toEqual([])
  return error
}

/** Creates a v1 torrent with the given files, each of `length` bytes. */
function torrentWith(paths: readonly (readonly (string | Uint8Array)[])[], length = 10): Uint8Array {
  const files = paths.map(path => ({ length, path }))
  const count = Math.min(Math.ceil((paths.length * length) / 16384), 100)
  const pieces = new Uint8Array(20 * count)
  return encode({ info: { files, name: 'name', 'piece length': 16384, pieces } } as BencodeInput)
}

function single(info: Record<string, BencodeInput>): Uint8Array {
  return encode({
    info: { length: 10, name: 'name', 'piece length': 16384, pieces: new Uint8Array(20), ...info },
  } as BencodeInput)
}

const repeated = (text: string, times: number) => Buffer.alloc(text.length * times, text)
const huge: [string, () => Uint8Array][] = [
  ['100 MB of nested lists', () => repeated('l', 100_000_000)],
  ['50 MB of nested lists that end', () => Buffer.concat([repeated('l', 25e6), repeated('e', 25e6)])],
  ['nested dictionaries', () => repeated('d1:a', 10_000_000)],
  [
    'ten million empty strings',
    () => Buffer.concat([Buffer.from('l'), repeated('0:', 10_000_000), Buffer.from('e')]),
  ],
  [
    'ten million numbers',
    () => Buffer.concat([Buffer.from('l'), repeated('i1e', 10_000_000), Buffer.from('e')]),
  ],
  ['a number of 10 MB', () => Buffer.concat([Buffer.from('i'), repeated('9', 10_000_000), Buffer.from('e')])],
  ['a string that claims 4 GB', () => Buffer.from('d4:info4294967295:x')],
  ['a string length of a million digits', () => Buffer.concat([repeated('9', 1_000_000), Buffer.from(':x')])],
  [
    'ten million files',
    () => {
      const file = 'd6:lengthi1e4:pathl1:aee'
      const head = 'd4:infod5:filesl'
      const tail = 'e4:name1:n12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee'
      return Buffer.concat([Buffer.from(head), repeated(file, 2_500_000), Buffer.from(tail)])
    },
  ],
  [
    'a path of a million folders',
    () => {
      const head = 'd4:infod5:filesld6:lengthi1e4:pathl'
      const tail = 'eee4:name1:n12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee'
      return Buffer.concat([Buffer.from(head), repeated('1:a', 1_000_000), Buffer.from(tail)])
    },
  ],
  [
    'a million trackers',
    () => {
      const list = Buffer.concat([
        Buffer.from('13:announce-listl'),
        repeated('l8:http://ae', 1_000_000),
        Buffer.from('e'),
      ])
      const info = single({}).subarray(1)
      return Buffer.concat([Buffer.from('d'), list, info])
    },
  ],
]

describe('a huge torrent', () => {
  test.each(huge)('of %s is rejected or accepted within limits', async (_, make) => {
    const { session } = await victim()
    const bytes = make()
    const before = process.memoryUsage().rss
    const began = process.cpuUsage()
    await session.add(bytes).catch(error => expect(error).toBeInstanceOf(ShoalError))
    const { user, system } = process.cpuUsage(began)
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_MEMORY_BYTES)
    // Measure processor time, so that other load on the machine does not matter.
    expect((user + system) / 1e6).toBeLessThan(15)
  })

  test('in a file above the size limit is not read', async () => {
    const { session, dir } = await victim()
    const path = dir.join('huge.torrent')
    await writeFile(path, '')
    await truncate(path, 200 * 1024 * MIB)
    expect((await rejection(session, path)).message).toMatch(/the limit for torrent files/)
  })
})

describe('a torrent that contradicts itself', () => {
  const cases: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['a list', encode([])],
    ['no info', encode({ announce: 'http://a.example/announce' })],
    ['an info that is a list', encode({ info: [] })],
    ['too few pieces', single({ length: 16385 })],
    ['too many pieces', single({ pieces: new Uint8Array(40) })],
    ['part of a hash', single({ pieces: new Uint8Array(19) })],
    ['a negative length', single({ length: -1 })],
    ['a length that is too large for a number', single({ length: Number.MAX_SAFE_INTEGER })],
    ['a piece length of 0', single({ 'piece length': 0 })],
    ['a negative piece length', single({ 'piece length': -16384 })],
    ['a piece length of 1 TB', single({ 'piece length': 2 ** 40 })],
    ['a piece length that is text', single({ 'piece length': '16384' })],
    [
      'files that are numbers',
      encode({ info: { files: [1, 2], name: 'n', 'piece length': 16384, pieces: '' } }),
    ],
    [
      'a file without a path',
      encode({
        info: { files: [{ length: 10 }], name: 'n', 'piece length': 16384, pieces: new Uint8Array(20) },
      }),
    ],
    ['a sum of lengths that overflows', torrentWith([['a'], ['b'], ['c']], 2 ** 52)],
    ['v2 without a file tree', encode({ info: { 'meta version': 2, name: 'n', 'piece length': 16384 } })],
    [
      'a future version',
      encode({ info: { 'meta version': 9, name: 'n', 'piece length': 16384, 'file tree': {} } }),
    ],
    [
      'a v2 piece length that is not a power of two',
      encode({
        info: {
          'meta version': 2,
          name: 'n',
          'piece length': 16385,
          'file tree': { a: { '': { length: 1, 'pieces root': new Uint8Array(32) } } },
        },
      }),
    ],
    ['additional bytes at the end', Buffer.concat([single({}), Buffer.from('x')])],
    ['a missing end', single({}).subarray(0, -1)],
  ]
  test.each(cases)('(%s) is rejected with a message', async (_, bytes) => {
    const { session } = await victim()
    const error = await rejection(session, bytes)
    expect(['bad-torrent', 'bad-bencode', 'unsupported']).toContain(error.code)
    expect(() => parseMetainfo(bytes)).toThrow(error.message)
  })

  test('is rejected or accepted for any single changed byte', async () => {
    const { session } = await victim()
    const good = torrentWith([['a', 'b'], ['c']])
    for (let at = 0; at < good.length; at++)
      for (const byte of [0, 0x39, 0x65, 0xff]) {
        const bad = Uint8Array.from(good)
        bad[at] = byte
        try {
          parseMetainfo(bad)
        } catch (error) {
          expect(error).toBeInstanceOf(ShoalError)
        }
      }
    expect(session.torrents).toEqual([])
  })
})

describe('names', () => {
  const hostile: [string, (string | Uint8Array)[][]][] = [
    ['parents', [['..', '..', 'out'], ['a', '..', '..', 'out2'], ['..'], ['.'], ['', 'x']]],
    ['absolute paths', [['/etc/out'], ['/', 'out'], ['\\\\server\\share'], ['C:\\out'], ['c:', 'out']]],
    ['separators', [['a/../../out'], ['a\\..\\..\\out'], ['a/b']]],
    [
      'control characters',
      [['a\0b'], ['\n'], ['\u202egpj.exe'], [Uint8Array.of(0xff, 0xfe, 0x2f, 0x2e, 0x2e)]],
    ],
    ['reserved names', [['CON'], ['nul.txt'], ['aux', 'x'], ['a.'], ['a '], ['LPT1']]],
    ['long names', [['x'.repeat(255)], ['x'.repeat(256)], ['x'.repeat(5000)], ['\u{1f600}'.repeat(100)]]],
    ['names that differ in case', [['A'], ['a'], ['A', 'b'], ['dir', 'x'], ['DIR', 'x']]],
    ['a file that is also a folder', [['a'], ['a', 'b'], ['a', 'b', 'c']]],
  ]
  test.each(hostile)('(%s) stay in the folder and do not collide', async (_, paths) => {
    const { session, dir, folder } = await victim()
    // Names that differ in case are distinct on a case-sensitive file system.
    const nameOf = (await ignoresCase(folder)) ? (path: string) => path.toLowerCase() : (path: string) => path
    // Together and separately: none hides another.
    for (const files of [paths, ...paths.map(path => [path, ['other']])]) {
      const torrent = await session.add(torrentWith(files, 0))
      await until('it is checked', () => torrent.state === 'seeding' || torrent.state === 'error')
      expect(torrent.stats.error).toBeUndefined()
      const places = torrent.files.map(file => file.diskPath!)
      expect(new Set(places.map(nameOf)).size).toBe(files.length)
      for (const path of places) {
        expect(path.startsWith(`${folder}/`)).toBe(true)
        expect(path.split('/')).not.toContain('..')
        for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      }
      await torrent.remove({ deleteData: true })
    }
    await session.close()
    expect(await readdir(dir.path)).toEqual(['downloads'])
  })

  test.each(['', '.', '..', '/', '../out'])(
    'of a whole torrent that is %j stay in the folder',
    async name => {
      const { session, dir, folder } = await victim()
      const torrent = await session.add(single({ name, length: 0, pieces: '' }))
      await until('it is checked', () => torrent.state === 'seeding')
      expect(torrent.files[0]!.diskPath).toMatch(new RegExp(`^${folder}/[^/]+$`))
      await session.close()
      expect(await readdir(dir.path)).toEqual(['downloads'])
    },
  )

  test('that exist as symbolic links out of the folder are not followed', async () => {
    const { session, dir, folder } = await victim()
    await mkdir(dir.join('outside'))
    await symlink(dir.join('outside'), join(folder, 'name'))
    const torrent = await session.add(torrentWith([['a'], ['b', 'c']], 0))
    await until('it ends', () => torrent.state === 'seeding' || torrent.state === 'error')
    await session.close()
    expect(await readdir(dir.join('outside'))).toEqual([])
  })

  test('of symbolic links out of the torrent are not created', async () => {
    const { session, folder } = await victim()
    const info = {
      files: [
        { attr: 'l', length: 0, path: ['link'], 'symlink path': ['..', '..', '..', 'etc', 'passwd'] },
        { attr: 'l', length: 0, path: ['absolute'], 'symlink path': ['/etc/passwd'] },
        { length: 0, path: ['file'] },
      ],
      name: 'name',
      'piece length': 16384,
      pieces: '',
    }
    const torrent = await session.add(encode({ info })).catch(error => {
      expect(error).toBeInstanceOf(ShoalError)
      return null
    })
    if (!torrent) return
    await until('it is checked', () => torrent.state === 'seeding' || torrent.state === 'error')
    await session.close()
    for (const name of ['link', 'absolute']) {
      const stat = await lstat(join(folder, 'name', name)).catch(() => null)
      expect(stat?.isSymbolicLink() ?? false).toBe(false)
    }
  })
})

describe('a magnet link', () => {
  const links = [
    'magnet:',
    'magnet:?',
    'magnet:?dn=x',
    'magnet:?xt=urn:btih:',
    `magnet:?xt=urn:btih:${'g'.repeat(40)}`,
    `magnet:?xt=urn:btih:${'a'.repeat(39)}`,
    `magnet:?xt=urn:btih:${'a'.repeat(1_000_000)}`,
    'magnet:?xt=urn:btmh:1220aa',
    `magnet:?xt=urn:btih:${'a'.repeat(40)}&xt=urn:btih:${'b'.repeat(40)}`,
    `magnet:?xt=urn:sha1:${'a'.repeat(40)}`,
    'magnet:?xt=%',
    `magnet:?xt=urn:btmh:1114${'a'.repeat(40)}`,
  ]
  test.each(links.map(link => [link.slice(0, 60), link]))(
    '%s is rejected with a message',
    async (_, link) => {
      const { session } = await victim()
      expect((await rejection(session, link)).code).toBe('bad-magnet')
    },
  )

  test('with a million parameters is rejected or truncated in bounded time', async () => {
    const hash = `xt=urn:btih:${'a'.repeat(40)}`
    for (const more of [
      '&tr=http://a.example/announce',
      '&so=0-4294967295',
      '&x.pe=127.0.0.1:1',
      '&dn=%ff',
    ]) {
      const began = process.cpuUsage()
      try {
        const magnet = parseMagnet(`magnet:?${hash}${more.repeat(1_000_000)}`)
        expect(magnet.trackers.length + magnet.peers.length).toBeLessThan(20_000)
      } catch (error) {
        expect(error).toBeInstanceOf(ShoalError)
      }
      expect(process.cpuUsage(began).user / 1e6).toBeLessThan(10)
    }
  })
})
