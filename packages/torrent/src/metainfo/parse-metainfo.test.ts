import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { concat, fromLatin1, hex, latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { type BencodeInput, decodeRaw, Encoded, encode } from '../bencode/bencode.ts'
import {
  FIXTURE_FILES,
  type Fixture,
  fixtureContent,
  libtorrentHybrid,
  libtorrentV1,
  libtorrentV2,
  transmission,
} from './fixtures.ts'
import { MAX_TORRENT_BYTES } from './limits.ts'
import { blockHashes, merkleRoot } from './merkle.ts'
import type { Metainfo } from './metainfo.ts'
import { parseMetainfo } from './parse-metainfo.ts'
import { TorrentHashes } from './torrent-hashes.ts'
import { writeMetainfo } from './write-metainfo.ts'

const fixtures: [string, Fixture][] = [
  ['libtorrent v1', libtorrentV1],
  ['libtorrent v2', libtorrentV2],
  ['libtorrent hybrid', libtorrentHybrid],
  ['Transmission', transmission],
]
const hexOf = (bytes: Uint8Array | undefined) => bytes && hex(bytes)
const badTorrent = expect.objectContaining({ code: 'bad-torrent' })

/** A torrent with the info dictionary of a fixture and other entries. */
function outer(fixture: Fixture, entries: { [key: string]: BencodeInput | undefined }): Uint8Array {
  const { dictionary, raw } = decodeRaw(fixture.bytes)
  return encode(
    new Map<string, BencodeInput | undefined>([
      ...dictionary,
      ['info', new Encoded(raw('info')!)],
      ...Object.entries(entries),
    ]),
  )
}

/** Every byte of the piece space. */
function pieceSpace({ info }: Metainfo): Uint8Array {
  return concat(
    info.files.map(file => (file.pad ? new Uint8Array(file.lengthBytes) : fixtureContent(file.lengthBytes))),
  )
}

describe('parseMetainfo', () => {
  it.each(fixtures)('computes the same info hashes as %s', (_, fixture) => {
    const { infoHashes, version } = parseMetainfo(fixture.bytes).info
    expect([hexOf(infoHashes.v1), hexOf(infoHashes.v2)]).toEqual([fixture.v1, fixture.v2])
    expect(version).toBe(fixture.v1 ? (fixture.v2 ? 'hybrid' : 'v1') : 'v2')
  })

  it.each(fixtures)('parses a torrent by %s whose files match its hashes', (_, fixture) => {
    const metainfo = parseMetainfo(fixture.bytes)
    const { info } = metainfo
    const data = pieceSpace(metainfo)
    const hashes = new TorrentHashes(info, metainfo.pieceLayers)
    for (let piece = 0; piece * info.pieceLengthBytes < data.length; piece++) {
      const bytes = data.subarray(piece * info.pieceLengthBytes, (piece + 1) * info.pieceLengthBytes)
      if (info.pieceHashes)
        expect(hex(sha1(bytes))).toBe(hex(info.pieceHashes.subarray(piece * 20, piece * 20 + 20)))
      const expected = hashes.expected(piece)
      expect(expected !== undefined).toBe(info.version !== 'v1')
      if (!expected) continue
      const file = info.files.find(
        entry => entry.piecesRoot && entry.offsetBytes + entry.lengthBytes > piece * info.pieceLengthBytes,
      )!
      const own = bytes.subarray(0, file.offsetBytes + file.lengthBytes - piece * info.pieceLengthBytes)
      expect(hex(merkleRoot(blockHashes(own), { height: expected.height }))).toBe(hex(expected.root))
    }
    expect(hashes.missing()).toEqual([])
    expect(hashes.pieceLayers()).toEqual(metainfo.pieceLayers)
  })

  it.each(fixtures)('reproduces the exact bytes of %s', (_, fixture) => {
    const written = writeMetainfo(parseMetainfo(fixture.bytes))
    expect(latin1(written)).toBe(latin1(fixture.bytes))
  })

  it('reads comments, trackers, web seeds and nodes', () => {
    const metainfo = parseMetainfo(libtorrentHybrid.bytes)
    expect(metainfo).toMatchObject({
      trackers: [['http://one.example/announce'], ['udp://two.example:6969']],
      webSeeds: ['http://seed.example/'],
      nodes: [{ host: 'node.example', port: 6881 }],
      comment: 'made for tests',
      createdBy: 'libtorrent 2.0.8',
    })
    expect(metainfo.info).toMatchObject({
      name: 'multi',
      singleFile: false,
      private: false,
      lengthBytes: 110_015,
    })
    const real = metainfo.info.files.filter(file => !file.pad)
    expect(
      real.map(({ path, lengthBytes, symlink, executable }) => ({
        path: path.slice(1),
        lengthBytes,
        ...(symlink && { symlink }),
        ...(executable && { executable }),
      })),
    ).toEqual(FIXTURE_FILES)
    expect(parseMetainfo(transmission.bytes).info).toMatchObject({
      name: 'b.bin',
      singleFile: true,
      private: true,
    })
  })

  it('gives v2 files the same offsets as a hybrid torrent', () => {
    const places = (fixture: Fixture) =>
      parseMetainfo(fixture.bytes)
        .info.files.filter(file => file.lengthBytes > 0 && !file.pad)
        .map(file => file.offsetBytes)
    expect(places(libtorrentV2)).toEqual(places(libtorrentHybrid))
    expect(parseMetainfo(libtorrentV2.bytes).info.files.at(-1)!.pad).toBe(false)
  })

  it('keeps only a copy of the info dictionary alive', () => {
    const { info, pieceLayers } = parseMetainfo(libtorrentHybrid.bytes)
    const views = [info.bytes, info.pieceHashes!, ...info.files.flatMap(file => file.piecesRoot ?? [])]
    for (const view of views) expect(view.buffer).toBe(info.bytes.buffer)
    expect(info.bytes.buffer.byteLength).toBe(info.bytes.length)
    for (const layer of pieceLayers.values()) expect(layer.buffer.byteLength).toBe(layer.length)
  })

  it('skips malformed and duplicate trackers, web seeds and nodes', () => {
    const { trackers, webSeeds, nodes } = parseMetainfo(
      outer(libtorrentV1, {
        'announce-list': [
          'http://flat/',
          ['http://a/', 5, 'http://a/'],
          [],
          [
            '',
            'x'.repeat(5000),
            `http://${'x'.repeat(5000)}`,
            'magnet:?xt=urn:btih:1',
            'a.torrent',
            'http://b/',
            ' http://a/\n',
            '\thttp://c/',
            'http:/d/',
          ],
        ],
        'url-list': 'http://only/',
        nodes: [['h', 1], ['h', 0], ['h', 65536], ['h'], 'h', [5, 5], ['v6::1', 2]],
        'creation date': -5,
      }),
    )
    expect(trackers).toEqual([['http://flat/'], ['http://a/'], ['http://b/', 'http://c/', 'http:/d/']])
    expect(webSeeds).toEqual(['http://only/'])
    expect(nodes).toEqual([
      { host: 'h', port: 1 },
      { host: 'v6::1', port: 2 },
    ])
    const announceOnly = parseMetainfo(
      outer(libtorrentV1, { 'announce-list': [[]], announce: ' http://z/', 'url-list': 7 }),
    )
    expect([announceOnly.trackers, announceOnly.webSeeds]).toEqual([[['http://z/']], []])
    const many = Array.from({ length: 3000 }, (_, i) => [`http://${i}/`])
    expect(parseMetainfo(outer(libtorrentV1, { 'announce-list': many })).trackers.length).toBe(1000)
  })

  it('leaves piece layers that are missing or wrong to peers', () => {
    const { dictionary } = decodeRaw(libtorrentV2.bytes)
    const layers = dictionary.get('piece layers') as Map<string, Uint8Array>
    const [[root, layer], ...others] = [...layers] as [[string, Uint8Array], ...[string, Uint8Array][]]
    const wrong = layer.slice()
    wrong[3]! ^= 1
    const withLayers = (...entries: [string, BencodeInput][]) =>
      parseMetainfo(outer(libtorrentV2, { 'piece layers': new Map([...entries, ...others]) }))
    for (const partial of [
      withLayers(),
      withLayers([root, wrong]),
      withLayers([root, layer.subarray(32)]),
      withLayers([root, 5]),
      withLayers(['x'.repeat(32), layer]),
    ]) {
      expect([...partial.pieceLayers.keys()]).toEqual(others.map(([other]) => hex(fromLatin1(other))))
      expect(new TorrentHashes(partial.info, partial.pieceLayers).missing().length).toBe(1)
    }
    for (const none of [undefined, 'x']) {
      const { info, pieceLayers } = parseMetainfo(outer(libtorrentV2, { 'piece layers': none }))
      expect(new TorrentHashes(info, pieceLayers).missing().length).toBe(others.length + 1)
    }
  })

  it('accepts a trailing line break and nothing else', () => {
    expect(() => parseMetainfo(concat([libtorrentV1.bytes, utf8('\r\n')]))).not.toThrow()
    expect(() => parseMetainfo(concat([libtorrentV1.bytes, utf8('x')]))).toThrow(badTorrent)
    expect(() => parseMetainfo(concat([libtorrentV1.bytes, new Uint8Array(100).fill(10)]))).toThrow(
      badTorrent,
    )
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['something else', utf8('<html>')],
    ['a list', utf8('le')],
    ['no info', utf8('d8:announce1:xe')],
    ['an info that is not a dictionary', utf8('d4:info2:dee')],
    ['a file cut short', libtorrentV1.bytes.subarray(0, 300)],
    ['deep nesting', utf8('d4:info'.repeat(100_000))],
    ['too many values', utf8(`d1:al${'le'.repeat(1_000_001)}ee`)],
    ['too many bytes', new Uint8Array(MAX_TORRENT_BYTES + 1)],
  ])('answers %s with one clear error', (_, bytes) => {
    expect(() => parseMetainfo(bytes)).toThrow(badTorrent)
  })

  it('parses damaged torrents or throws bad-torrent or unsupported', () => {
    const damage = fc.tuple(
      fc.constantFrom(...fixtures.map(([, fixture]) => fixture.bytes)),
      fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...utf8('0123456789:dlie/.')), fc.nat(255))), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    fc.assert(
      fc.property(damage, ([bytes, changes]) => {
        const damaged = bytes.slice()
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        try {
          const again = parseMetainfo(damaged)
          expect(parseMetainfo(writeMetainfo(again))).toEqual(again)
        } catch (error) {
          expect(error).toBeInstanceOf(ShoalError)
          expect((error as ShoalError).code).toMatch(/^(bad-torrent|unsupported)$/)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
