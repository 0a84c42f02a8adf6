import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { concat, fromHex, hex } from '../base/bytes.ts'
import { FIXTURE_FILES, fixtureContent, libtorrentV2, transmission } from './fixtures.ts'
import {
  type BuildOptions,
  buildInfo,
  choosePieceLength,
  type PlanOptions,
  planFiles,
  type SourceFile,
} from './info-builder.ts'
import { blockHashes, merkleRoot } from './merkle.ts'
import type { FileEntry } from './metainfo.ts'
import { parseInfo } from './parse-info.ts'

const PIECE = 16384
const badArgument = expect.objectContaining({ code: 'bad-argument' })

/** Hashes the planned files as if they held `fixtureContent`, and builds the info dictionary. */
function build(plan: PlanOptions, more: Pick<BuildOptions, 'private' | 'source'> = {}) {
  const planned = planFiles(plan)
  const contents = planned.map(file =>
    file.pad ? new Uint8Array(file.lengthBytes) : fixtureContent(file.lengthBytes),
  )
  const data = concat(contents)
  const pieceHashes = concat(
    Array.from({ length: Math.ceil(data.length / plan.pieceLengthBytes) }, (_, piece) =>
      sha1(data.subarray(piece * plan.pieceLengthBytes, (piece + 1) * plan.pieceLengthBytes)),
    ),
  )
  const files: FileEntry[] = planned.map((file, i) =>
    plan.version === 'v1' || file.pad || file.lengthBytes === 0
      ? file
      : { ...file, piecesRoot: merkleRoot(blockHashes(contents[i]!)) },
  )
  return { files, bytes: buildInfo({ ...plan, ...more, files, pieceHashes }) }
}

const names = fc.constantFrom('a', 'b', 'a.b', 'é', '日本', 'Z', '\u{1f600}', ' ', '\uffff', 'a-')
const sources: fc.Arbitrary<SourceFile[]> = fc.uniqueArray(
  fc.record({
    // Folders end in "d" and files in "f", so no path is both.
    path: fc
      .tuple(fc.array(names, { maxLength: 2 }), names)
      .map(([folders, name]) => [...folders.map(folder => `${folder}d`), `${name}f`]),
    lengthBytes: fc.oneof(fc.constant(0), fc.nat(50_000), fc.constant(PIECE)),
    executable: fc.boolean(),
    hidden: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8, selector: file => file.path.join('/') },
)

describe('planFiles and buildInfo', () => {
  it('build an info dictionary that parses back to the plan', () => {
    const versions = fc.constantFrom('v1' as const, 'v2' as const, 'hybrid' as const)
    fc.assert(
      fc.property(sources, versions, fc.boolean(), (files, version, isPrivate) => {
        const plan = { name: 'top', version, pieceLengthBytes: PIECE, singleFile: false, files }
        const built = build(plan, { private: isPrivate, source: 'x' })
        const info = parseInfo(built.bytes)
        expect(info.files).toEqual(built.files)
        expect(info).toMatchObject({
          name: 'top',
          version,
          singleFile: false,
          private: isPrivate,
          source: 'x',
        })
        expect(
          parseInfo(build({ ...plan, files: files.toReversed() }, { private: isPrivate, source: 'x' }).bytes)
            .infoHashes,
        ).toEqual(info.infoHashes)
      }),
    )
  })

  it.each(['v1', 'v2', 'hybrid'] as const)('build a single-file %s torrent', version => {
    const plan = {
      name: 'f',
      version,
      pieceLengthBytes: PIECE,
      singleFile: true,
      files: [{ path: ['f'], lengthBytes: 40_000, hidden: true }],
    }
    const { bytes, files } = build(plan)
    expect(parseInfo(bytes)).toMatchObject({ version, singleFile: true, files, lengthBytes: 40_000 })
    expect(files.length).toBe(1)
  })

  it('give a folder the same info hash as libtorrent', () => {
    const { bytes } = build({
      name: 'multi',
      version: 'v2',
      pieceLengthBytes: PIECE,
      singleFile: false,
      files: FIXTURE_FILES,
    })
    expect(hex(parseInfo(bytes).infoHashes.v2!)).toBe(libtorrentV2.v2)
  })

  it('give a file the same info hash as Transmission', () => {
    const files = [{ path: ['b.bin'], lengthBytes: 70_000 }]
    const { bytes } = build(
      { name: 'b.bin', version: 'v1', pieceLengthBytes: 32768, singleFile: true, files },
      { private: true },
    )
    expect(hex(parseInfo(bytes).infoHashes.v1!)).toBe(transmission.v1)
  })

  it('reject invalid input', () => {
    const plan = (change: Partial<PlanOptions>) => () =>
      planFiles({
        name: 'n',
        version: 'hybrid',
        pieceLengthBytes: PIECE,
        singleFile: false,
        files: [{ path: ['x'], lengthBytes: 1 }],
        ...change,
      })
    expect(plan({})).not.toThrow()
    expect(plan({ files: [] })).toThrow(badArgument)
    expect(plan({ singleFile: true })).toThrow(badArgument)
    expect(plan({ pieceLengthBytes: 20_000 })).toThrow(badArgument)
    expect(plan({ pieceLengthBytes: 8192 })).toThrow(badArgument)
    expect(plan({ pieceLengthBytes: 0, version: 'v1' })).toThrow(badArgument)
    expect(plan({ files: [{ path: ['x'], lengthBytes: -1 }] })).toThrow(badArgument)
    expect(plan({ files: [{ path: ['x'], lengthBytes: 1, symlink: ['y'] }] })).toThrow(badArgument)
    expect(plan({ version: 'v2', name: 'x' })).toThrow('hybrid')
    expect(plan({ version: 'hybrid', name: 'x' })).not.toThrow()
    const badTorrent = expect.objectContaining({ code: 'bad-torrent' })
    expect(plan({ name: '..' })).toThrow(badTorrent)
    expect(plan({ files: [{ path: ['..', 'x'], lengthBytes: 1 }] })).toThrow(badTorrent)
    expect(plan({ files: [{ path: ['x'], lengthBytes: 0, symlink: ['..'] }] })).toThrow(badTorrent)
    expect(
      plan({
        files: [
          { path: ['x'], lengthBytes: 1 },
          { path: ['x'], lengthBytes: 1 },
        ],
      }),
    ).toThrow(badTorrent)
  })

  it('reject missing hashes', () => {
    const files = planFiles({
      name: 'n',
      version: 'hybrid',
      pieceLengthBytes: PIECE,
      singleFile: false,
      files: [{ path: ['x'], lengthBytes: 1 }],
    })
    const options = { name: 'n', pieceLengthBytes: PIECE, singleFile: false, files }
    expect(() => buildInfo({ ...options, version: 'v1' })).toThrow(badArgument)
    expect(() => buildInfo({ ...options, version: 'v2' })).toThrow(badArgument)
    expect(() =>
      buildInfo({ ...options, version: 'v1', pieceHashes: fromHex('00'.repeat(20))! }),
    ).not.toThrow()
  })
})

describe('choosePieceLength', () => {
  const MIB = 2 ** 20

  it('gives small content few pieces, most content pieces of 256 KiB, and at most 2,048 pieces', () => {
    expect([0, 1, 2 * MIB].map(choosePieceLength)).toEqual([PIECE, PIECE, PIECE])
    expect([4, 32, 33, 64, 512].map(size => choosePieceLength(size * MIB) / 1024)).toEqual([
      32, 256, 256, 256, 256,
    ])
    expect(choosePieceLength(1024 * MIB)).toBe(512 * 1024)
    expect(choosePieceLength(2 ** 50)).toBe(16 * MIB)
    fc.assert(
      fc.property(fc.integer({ min: 2 * MIB + 1, max: 2 ** 35 }), total => {
        const length = choosePieceLength(total)
        expect(Math.log2(length) % 1).toBe(0)
        const pieces = Math.ceil(total / length)
        expect(pieces > 64 && pieces <= 2048).toBe(true)
        if (length > 256 * 1024) expect(pieces).toBeGreaterThan(1024)
      }),
    )
  })
})
