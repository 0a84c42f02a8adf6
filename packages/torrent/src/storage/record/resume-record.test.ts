import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'
import { encode } from '../../bencode/bencode.ts'
import { decodeProgress, encodeProgress } from './resume-record.ts'
import type { ResumeProgress } from './resume-store.ts'

const KEY = 'ab'.repeat(20)
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const bytes = fc.uint8Array({ maxLength: 50 })

const anyProgress: fc.Arbitrary<ResumeProgress> = fc.record(
  {
    magnet: text,
    directory: text,
    paused: fc.boolean(),
    sequential: fc.boolean(),
    preallocate: fc.constant(true),
    superSeeding: fc.constant(true),
    sourcesOff: fc.subarray(['tcp', 'utp', 'webrtc', 'libp2p', 'webseed', 'ftp', 'disk'] as const),
    addedMs: count,
    downloadedBytes: count,
    uploadedBytes: count,
    downloadLimit: count,
    uploadLimit: count,
    had: fc.option(bytes),
    stamps: fc.array(
      fc.record({
        size: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
        mtimeNs: fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String),
      }),
    ),
    priorities: fc.option(fc.uint8Array({ max: 7 })),
    renamed: fc.array(fc.tuple(fc.nat(), fc.array(text, { maxLength: 5 }))).map(list => new Map(list)),
    trackers: fc.array(text),
    webSeeds: fc.array(text),
    moving: fc.record({ directory: text, renamed: fc.constant(new Map([[1, ['a', 'b']]])) }),
    trackerTiers: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
    ownWebSeeds: fc.constant(true),
  },
  {
    requiredKeys: [
      'directory',
      'paused',
      'sequential',
      'addedMs',
      'downloadedBytes',
      'uploadedBytes',
      'had',
      'stamps',
      'priorities',
      'renamed',
      'trackers',
      'webSeeds',
    ],
  },
)

test('decodes what was encoded', () => {
  fc.assert(
    fc.property(anyProgress, progress => {
      expect(decodeProgress(KEY, encodeProgress(KEY, progress))).toEqual(progress)
    }),
  )
})

test('rejects a truncated, changed or extended file', () => {
  const file = encodeProgress(KEY, fc.sample(anyProgress, { numRuns: 1, seed: 1 })[0]!)
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = file.slice()
      changed[at]! ^= flip
      expect(() => decodeProgress(KEY, changed)).toThrow(/resume data/)
      expect(() => decodeProgress(KEY, file.subarray(0, at))).toThrow(/resume data/)
    }),
  )
  expect(() => decodeProgress(KEY, concat([file, Uint8Array.of(0)]))).toThrow(/is damaged/)
})

test('rejects the file of another torrent or version', () => {
  const file = encodeProgress(KEY, fc.sample(anyProgress, { numRuns: 1, seed: 1 })[0]!)
  expect(() => decodeProgress('cd'.repeat(20), file)).toThrow(/belongs to another torrent/)
  const later = file.slice()
  later.set(utf8('shoal-resume-2\n'))
  expect(() => decodeProgress(KEY, later)).toThrow(/unknown version/)
})

test('any bytes with a valid checksum decode or throw bad-bencode', () => {
  const value = fc.letrec(tie => ({
    any: fc.oneof({ maxDepth: 3 }, fc.integer(), bytes, fc.array(tie('any'), { maxLength: 4 })),
  })).any
  const names = [
    'key',
    'directory',
    'paused',
    'sequential',
    'added',
    'downloaded',
    'uploaded',
    'had',
    'stamps',
    'priorities',
    'renamed',
    'trackers',
    'web seeds',
    'magnet',
  ]
  const body = fc.oneof(
    bytes,
    fc.dictionary(fc.constantFrom(...names), value).map(fields => encode({ ...fields, key: KEY } as never)),
  )
  fc.assert(
    fc.property(body, body => {
      const file = concat([utf8('shoal-resume-1\n'), sha256(body), body])
      try {
        decodeProgress(KEY, file)
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-bencode' })
      }
    }),
  )
})
