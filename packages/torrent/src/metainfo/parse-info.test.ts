import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { fromLatin1, hex, latin1, utf8 } from '../base/bytes.ts'
import { type BencodeInput, decodeRaw, encode } from '../bencode/bencode.ts'
import { libtorrentHybrid } from './fixtures.ts'
import { infoHashText } from './info-hash.ts'
import { MAX_PIECES } from './limits.ts'
import { parseInfo } from './parse-info.ts'
import { checkComponent } from './paths.ts'
import { distinctNames, foldName, safePaths } from './safe-names.ts'

type Entries = { [key: string]: BencodeInput | undefined }

const PIECE = 16384
const root = new Uint8Array(32).fill(9)
const hashes = (pieces: number) => new Uint8Array(20 * pieces)

/** As Node's Buffer, which is a Uint8Array too. */
class TaggedBytes extends Uint8Array {}

const single = (change: Entries = {}) =>
  encode({ name: 'a', 'piece length': PIECE, length: 5, pieces: hashes(1), ...change })
const folder = (files: BencodeInput, change: Entries = {}) =>
  encode({ name: 'top', 'piece length': PIECE, files, pieces: hashes(1), ...change })
const v2 = (tree: BencodeInput, change: Entries = {}) =>
  encode({ name: 'top', 'piece length': PIECE, 'meta version': 2, 'file tree': tree, ...change })
const leaf = (length = 5, change: Entries = {}): Entries => ({
  '': { length, ...(length > 0 && { 'pieces root': root }), ...change },
})
const at = (...path: string[]): Entries => ({ length: 1, path })
const paths = (bytes: Uint8Array) => parseInfo(bytes).files.map(file => file.path.join('/'))

/** Keys have at most 1,024 bytes. */
const keyOf = (name: string) => latin1(utf8(name)).slice(0, 1000)

/**
 * A file tree with an empty file at each path that a tree can have: no name is empty, and no file
 * is also a folder.
 */
function treeOf(list: readonly (readonly string[])[]): Entries {
  const tree: Entries = { end: leaf(0) }
  for (const path of list) {
    let folder = tree
    for (const name of path.slice(0, -1)) {
      const key = `${keyOf(name)}/`
      folder[key] ??= {}
      folder = folder[key] as Entries
    }
    folder[`${keyOf(path.at(-1)!)}\0`] = leaf(0)
  }
  return tree
}

describe('parseInfo', () => {
  it('parses minimal dictionaries of each version', () => {
    expect(parseInfo(single())).toMatchObject({ version: 'v1', name: 'a', singleFile: true, lengthBytes: 5 })
    expect(parseInfo(folder([at('x')]))).toMatchObject({ version: 'v1', singleFile: false })
    expect(parseInfo(v2({ a: leaf() }, { name: 'a' }))).toMatchObject({ version: 'v2', singleFile: true })
  })

  it('treats a tree of one file with another name as a folder', () => {
    const info = parseInfo(v2({ x: leaf() }))
    expect(info.singleFile).toBe(false)
    expect(info.files[0]!.path).toEqual(['top', 'x'])
  })

  it('hashes the original bytes even if keys are unsorted', () => {
    const unsorted = fromLatin1(`d4:name1:a6:lengthi0e6:pieces0:12:piece lengthi1ee`)
    const info = parseInfo(unsorted)
    expect(latin1(info.bytes)).toBe(latin1(unsorted))
    expect(info.files).toMatchObject([{ lengthBytes: 0 }])
    expect(hex(info.infoHashes.v1!)).toBe('7daaf726d766993526275e02c36daf43a22d422c')
  })

  it('copies its input', () => {
    const bytes = TaggedBytes.from(single())
    const info = parseInfo(bytes)
    bytes.fill(0)
    expect(latin1(info.bytes)).toBe(latin1(single()))
    expect(info.bytes.constructor).toBe(Uint8Array)
  })

  it('prefers UTF-8 names and decodes others as Latin-1', () => {
    const files = [
      { length: 1, path: [fromLatin1('\xe9')], 'path.utf-8': ['é'] },
      { length: 1, path: [fromLatin1('\xff\xfe')] },
      { length: 1, path: [fromLatin1('\xff\xfd')] },
    ]
    const bytes = folder(files, { name: fromLatin1('\xfc'), 'name.utf-8': 'ü' })
    expect(paths(bytes)).toEqual(['ü/é', 'ü/\xff\xfe', 'ü/\xff\xfd'])
  })

  it('reads file attributes and chooses pad names itself', () => {
    const files = [
      { length: 1, path: ['x'], attr: 'xh?' },
      { length: PIECE - 1, attr: 'p' },
      { path: ['d', 'link'], attr: 'l', 'symlink path': ['x'] },
      { length: 0, path: ['..'], attr: 'p' },
    ]
    expect(parseInfo(folder(files)).files).toEqual([
      { path: ['top', 'x'], lengthBytes: 1, offsetBytes: 0, pad: false, executable: true, hidden: true },
      {
        path: ['.pad', '16383'],
        lengthBytes: PIECE - 1,
        offsetBytes: 1,
        pad: true,
        executable: false,
        hidden: false,
      },
      {
        path: ['top', 'd', 'link'],
        lengthBytes: 0,
        offsetBytes: PIECE,
        pad: false,
        executable: false,
        hidden: false,
        symlink: ['x'],
      },
      {
        path: ['.pad', '0'],
        lengthBytes: 0,
        offsetBytes: PIECE,
        pad: true,
        executable: false,
        hidden: false,
      },
    ])
  })

  it('aligns v2 files to pieces without a final pad', () => {
    const info = parseInfo(v2({ a: leaf(PIECE + 1), b: leaf(0), c: { d: leaf(PIECE) }, e: leaf(7) }))
    expect(info.files.map(file => [file.path.join('/'), file.offsetBytes, file.lengthBytes])).toEqual([
      ['top/a', 0, PIECE + 1],
      ['top/b', PIECE + 1, 0],
      ['.pad/16383', PIECE + 1, PIECE - 1],
      ['top/c/d', 2 * PIECE, PIECE],
      ['top/e', 3 * PIECE, 7],
    ])
    expect(info.lengthBytes).toBe(2 * PIECE + 8)
  })

  it.each([
    ['a\\b', 'a\\b'],
    ['..\\x', 'x'],
    ['x\\..', 'x'],
    ['a\\..\\b', 'a_b'],
    ['\\x', 'x'],
    ['x\\', 'x'],
    ['\\\\host\\x', 'host_x'],
    ['a\\.\\b', 'a_b'],
    ['', '_'],
    ['.', '_'],
    ['..', '_'],
    ['//', '_'],
    ['\0', '_'],
    ['/abcde', 'abcde'],
    ['foo/../../../bar', 'foo_bar'],
    ['../../etc/passwd', 'etc_passwd'],
    ['x\0est/MB', 'x_est_MB'],
    [`${'é'.repeat(600)}.mkv`, `${'é'.repeat(510)}.mkv`],
  ])('cleans the name %j to %j wherever it is, and hashes the bytes as they are', (name, clean) => {
    const files = folder([at('d', name), at(name, 'x')])
    expect(paths(files)).toEqual([`top/d/${clean}`, `top/${clean}/x`])
    expect(hex(parseInfo(files).infoHashes.v1!)).toBe(hex(sha1(files)))
    expect(parseInfo(files).bytes).toEqual(files)
    // No key of a tree is empty: that one holds the file.
    const key = keyOf(name) || '/'
    if (name.length < 600) expect(paths(v2({ d: { [key]: leaf() } }))).toEqual([`top/d/${clean}`])
    for (const bytes of [single({ name }), folder([at('x')], { name }), v2({ [key]: leaf() }, { name })]) {
      const info = parseInfo(bytes)
      expect(info.name).toBe(clean === '_' ? infoHashText(info.infoHashes) : clean)
      expect(info.files[0]!.path[0]).toBe(info.name)
    }
  })

  it('numbers files whose paths are equal once cleaned, or the path of a folder', () => {
    expect(paths(folder([at('d', 'x.txt'), at('d', 'x.txt'), at('d', '/x.txt')]))).toEqual([
      'top/d/x.txt',
      'top/d/x (2).txt',
      'top/d/x (3).txt',
    ])
    expect(paths(folder([at('d'), at('d', 'x')]))).toEqual(['top/d (2)', 'top/d/x'])
    expect(paths(folder([at('d', 'x'), at('d')]))).toEqual(['top/d/x', 'top/d (2)'])
    expect(paths(folder([{ attr: 'l', path: ['d'], 'symlink path': ['e'] }, at('d', 'x')]))).toEqual([
      'top/d (2)',
      'top/d/x',
    ])
    expect(paths(v2({ '/': leaf(), '//': leaf(), '\\': leaf(), z: leaf() }))).toEqual([
      'top/_',
      ...['_ (2)', '_ (3)', 'z'].flatMap(name => ['.pad/16379', `top/${name}`]),
    ])
    const spellings = v2({ '\xff': leaf(), [latin1(utf8('\xff'))]: leaf() })
    expect(paths(spellings)).toEqual(['top/ÿ', '.pad/16379', 'top/ÿ (2)'])
  })

  it('cleans the targets of links like files, and gives links no bytes', () => {
    const link = { length: 425, attr: 'l', path: ['a', '/', 'foo'], 'symlink path': ['a', '/', 'bar'] }
    expect(parseInfo(folder([at('a', '/', 'bar'), link])).files).toMatchObject([
      { path: ['top', 'a', '_', 'bar'] },
      { path: ['top', 'a', '_', 'foo'], symlink: ['a', '_', 'bar'], lengthBytes: 0 },
    ])
    const out = { attr: 'l', path: ['x'], 'symlink path': ['..', 'y'] }
    expect(parseInfo(folder([at('y'), out])).files[1]).toMatchObject({ symlink: ['_', 'y'] })
    const tree = v2({ a: leaf(), b: { '': { length: 9, attr: 'l', 'symlink path': ['..'] } } })
    expect(parseInfo(tree).files.at(-1)).toMatchObject({ symlink: ['_'], lengthBytes: 0 })
  })

  it('keeps any names apart and inside the folder, in every version', () => {
    const name = fc.oneof(
      fc.constantFrom(
        '',
        '.',
        '..',
        '/',
        '\\',
        '\0',
        'a',
        'A',
        'a/',
        '/a',
        '../a',
        'a\\..\\b',
        'ä',
        'a\u0308',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('x'.repeat(1024), 'x'.repeat(1025), 'é'.repeat(600)),
    )
    const path = fc.array(name, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 8 }), name, (list, top) => {
        const v1 = encode({
          name: top,
          'piece length': PIECE,
          files: list.map(each => ({ length: 0, path: each })),
          pieces: hashes(0),
        })
        for (const bytes of [v1, v2(treeOf(list), { name: top })]) {
          const info = parseInfo(bytes)
          expect(info.bytes).toEqual(bytes)
          const real = info.files.map(file => file.path)
          for (const [first, ...below] of real) {
            expect([first, below.length > 0]).toEqual([info.name, !info.singleFile])
            for (const component of [first!, ...below]) expect(checkComponent(component)).toBe(component)
          }
          expect(distinctNames(real)).toEqual(real.map(each => each.at(-1)))
          const disk = safePaths(real, 'posix')
          expect(new Set(disk.map(foldName)).size).toBe(real.length)
        }
      }),
    )
  })

  it('refuses a tree whose paths take more than its bytes', () => {
    const files = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}`, leaf(0)]))
    let tree: Entries = files
    for (let depth = 0; depth < 40; depth++) tree = { ['d'.repeat(1000)]: tree }
    expect(() => parseInfo(v2(tree))).toThrow('more than 64 MiB')
  })

  it.each<[string, Uint8Array, string]>([
    ['no name', single({ name: undefined }), 'no name'],
    ['no piece length', single({ 'piece length': undefined }), 'piece length'],
    ['a piece length of zero', single({ 'piece length': 0 }), 'piece length'],
    ['a negative piece length', single({ 'piece length': -1 }), 'piece length'],
    ['a piece length beyond 256 MiB', single({ 'piece length': 2 ** 29 }), 'and 256 MiB'],
    ['a piece length beyond 2^53', single({ 'piece length': 2n ** 64n }), 'piece length'],
    ['no piece hashes', single({ pieces: undefined }), 'no piece hashes'],
    ['half a piece hash', single({ pieces: new Uint8Array(19) }), '19 bytes'],
    ['too few piece hashes', single({ length: PIECE + 1 }), 'need 40'],
    ['too many piece hashes', single({ pieces: hashes(2) }), 'need 20'],
    ['both length and files', single({ files: [at('x')] }), 'either'],
    ['neither length nor files', single({ length: undefined }), 'either'],
    ['a negative length', single({ length: -1 }), 'no valid length'],
    ['a length that is text', single({ length: '5' }), 'no valid length'],
    ['a length beyond 2^53', single({ length: 2n ** 53n }), 'no valid length'],
    [
      'lengths beyond 2^53 together',
      folder([{ ...at('x'), length: Number.MAX_SAFE_INTEGER }, at('y')]),
      '2^53',
    ],
    ['more pieces than can be', single({ length: MAX_PIECES + 1, 'piece length': 1 }), 'more than'],
    ['no files', folder([]), 'empty'],
    ['files that are no list', folder('x'), 'empty'],
    ['a file that is not a dictionary', folder(['x']), 'is malformed'],
    ['a file without a path', folder([{ length: 1 }]), 'is empty'],
    ['a path of numbers', folder([{ length: 1, path: [5] }]), 'is empty'],
    ['a path too deep', folder([at(...Array<string>(101).fill('d'))]), 'more than 100'],
    ['a link without a target', folder([{ attr: 'l', path: ['x'] }]), 'no target'],
    ['a link to the root', folder([{ attr: 'l', path: ['x'], 'symlink path': [] }]), 'is empty'],
  ])('refuses v1 with %s', (_, bytes, message) => {
    expect(() => parseInfo(bytes)).toThrow(expect.objectContaining({ code: 'bad-torrent' }))
    expect(() => parseInfo(bytes)).toThrow(message)
  })

  it.each<[string, Uint8Array, string]>([
    ['an unassigned version', v2({ a: leaf() }, { 'meta version': 1 }), 'not 2'],
    ['a version that is text', v2({ a: leaf() }, { 'meta version': '2' }), 'not 2'],
    [
      'a piece length that is not a power of two',
      v2({ a: leaf() }, { 'piece length': 3 * PIECE }),
      'power of two',
    ],
    ['a piece length below a block', v2({ a: leaf() }, { 'piece length': 8192 }), 'power of two'],
    ['no file tree', v2([]), 'empty or missing'],
    ['an empty file tree', v2({}), 'empty or missing'],
    ['a root that is a file', v2(leaf()), 'without a name'],
    ['a file that is a folder too', v2({ a: { ...leaf(), b: leaf() } }), 'also a folder'],
    ['a node that is neither', v2({ a: 5 }), 'neither a file nor a folder'],
    ['a file without properties', v2({ a: { '': 5 } }), 'without properties'],
    ['a file without a length', v2({ a: { '': {} } }), 'no valid length'],
    ['a file without a root', v2({ a: leaf(5, { 'pieces root': undefined }) }), 'no valid pieces root'],
    ['a root of zeros', v2({ a: leaf(5, { 'pieces root': new Uint8Array(32) }) }), 'can never be completed'],
    ['a short root', v2({ a: leaf(5, { 'pieces root': new Uint8Array(31) }) }), 'no valid pieces root'],
    ['a pad file', v2({ a: leaf(5, { attr: 'p' }) }), 'pad file'],
    ['claims of more pieces than can be', v2({ a: leaf(MAX_PIECES * PIECE + 1) }), 'more than'],
    ['lengths beyond 2^53 together', v2({ a: leaf(Number.MAX_SAFE_INTEGER), b: leaf() }), '2^53'],
  ])('refuses v2 with %s', (_, bytes, message) => {
    expect(() => parseInfo(bytes)).toThrow(expect.objectContaining({ code: 'bad-torrent' }))
    expect(() => parseInfo(bytes)).toThrow(message)
  })

  it('reports an unsupported version before any other fault', () => {
    const newer = encode({ 'meta version': 3 })
    expect(() => parseInfo(newer)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  describe('of a hybrid', () => {
    const tree = { a: leaf(5), b: leaf(6) }
    const a = { length: 5, path: ['a'] }
    const pad = (length: number) => ({ length, attr: 'p', path: ['.pad', '0'] })
    const b = { length: 6, path: ['b'] }
    const hybrid = (files: BencodeInput, pieces = 2, change: Entries = {}) =>
      v2(tree, { files, pieces: hashes(pieces), ...change })

    it('accepts matching v1 and v2 parts, with or without a final pad', () => {
      for (const files of [
        [a, pad(PIECE - 5), b],
        [a, pad(PIECE - 5), b, pad(PIECE - 6)],
      ]) {
        const info = parseInfo(hybrid(files))
        expect(info.version).toBe('hybrid')
        expect(info.files.filter(file => !file.pad)).toMatchObject([
          { path: ['top', 'a'], offsetBytes: 0, piecesRoot: root },
          { path: ['top', 'b'], offsetBytes: PIECE, piecesRoot: root },
        ])
      }
    })

    it.each<[string, Uint8Array]>([
      ['a file is missing in v1', hybrid([a], 1)],
      ['a file is missing in v2', hybrid([a, pad(PIECE - 5), b, pad(PIECE - 6), at('c')], 3)],
      ['the order differs', hybrid([b, pad(PIECE - 6), a])],
      ['a length differs', hybrid([{ ...a, length: 4 }, pad(PIECE - 4), b])],
      ['a name differs', hybrid([{ ...a, path: ['A'] }, pad(PIECE - 5), b])],
      ['pads are missing', hybrid([a, b], 1)],
      ['a pad is too short', hybrid([a, pad(PIECE - 6), b])],
      ['a piece of padding ends it', hybrid([a, pad(PIECE - 5), b, pad(2 * PIECE - 6)], 3)],
      ['v1 is a single file', v2(tree, { length: 5, pieces: hashes(1) })],
      ['the single files differ in name', v2({ b: leaf(5) }, { length: 5, pieces: hashes(1) })],
    ])('refuses it when %s', (_, bytes) => {
      expect(() => parseInfo(bytes)).toThrow(expect.objectContaining({ code: 'bad-torrent' }))
    })

    it('parses the info dictionary of a fixture as a peer sends it (BEP 9)', () => {
      const { raw } = decodeRaw(libtorrentHybrid.bytes)
      expect(hex(parseInfo(raw('info')!).infoHashes.v2!)).toBe(libtorrentHybrid.v2)
    })
  })
})
