import { describe, expect, it } from 'vitest'
import { fromLatin1, hex, latin1, utf8 } from '../base/bytes.ts'
import { type BencodeInput, decodeRaw, encode } from '../bencode/bencode.ts'
import { libtorrentHybrid } from './fixtures.ts'
import { MAX_PIECES } from './limits.ts'
import { parseInfo } from './parse-info.ts'

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

  it('accepts a backslash in a name, but not to escape the folder', () => {
    expect(paths(folder([at('a\\b')]))).toEqual(['top/a\\b'])
    for (const name of ['..\\x', 'x\\..', 'a\\..\\b', '\\x', 'x\\', '\\\\host\\x', 'a\\.\\b']) {
      expect(() => parseInfo(folder([at(name)]))).toThrow('leads to another folder')
    }
  })

  it.each<[string, Uint8Array, string]>([
    ['no name', single({ name: undefined }), 'no name'],
    ['an empty name', single({ name: '' }), 'is empty'],
    ['a name that climbs', single({ name: '..' }), 'leads to another folder'],
    ['a name with a slash', single({ name: 'a/b' }), 'contains a slash'],
    ['a name with a NUL', single({ name: 'a\0' }), 'contains a NUL'],
    ['a name too long', single({ name: 'é'.repeat(513) }), 'longer than 1024'],
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
    ['an empty component', folder([at('x', '', 'y')]), 'is empty'],
    ['a component that climbs', folder([at('x', '..', 'y')]), 'leads to another folder'],
    ['a component that stays', folder([at('.', 'y')]), 'leads to another folder'],
    ['a component with a slash', folder([at('../../etc/passwd')]), 'contains a slash'],
    ['a path too deep', folder([at(...Array<string>(101).fill('d'))]), 'more than 100'],
    ['a path twice', folder([at('d', 'x'), at('d', 'x')]), 'two files have the path "top/d/x"'],
    ['a file that is a folder too', folder([at('d'), at('d', 'x')]), 'both a file and a folder'],
    ['a folder that is a file too', folder([at('d', 'x'), at('d')]), 'both a file and a folder'],
    [
      'a file below a link',
      folder([{ attr: 'l', path: ['d'], 'symlink path': ['e'] }, at('d', 'x')]),
      'both a file',
    ],
    ['a link without a target', folder([{ attr: 'l', path: ['x'] }]), 'no target'],
    [
      'a link that leads out',
      folder([{ attr: 'l', path: ['x'], 'symlink path': ['..', 'y'] }]),
      'another folder',
    ],
    ['a link to the root', folder([{ attr: 'l', path: ['x'], 'symlink path': [] }]), 'is empty'],
    ['a link with bytes', folder([{ ...at('x'), attr: 'l', 'symlink path': ['y'] }]), 'has a length'],
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
    ['a component that climbs', v2({ d: { '..': leaf() } }), 'leads to another folder'],
    ['a component with a slash', v2({ '../x': leaf() }), 'contains a slash'],
    ['two spellings of one name', v2({ '\xff': leaf(), [latin1(utf8('\xff'))]: leaf() }), 'two files'],
    ['a pad file', v2({ a: leaf(5, { attr: 'p' }) }), 'pad file'],
    ['a link that leads out', v2({ a: { '': { attr: 'l', 'symlink path': ['..'] } } }), 'another folder'],
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
