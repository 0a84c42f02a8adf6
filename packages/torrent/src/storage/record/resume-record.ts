import { sha256 } from '#crypto'
import { decodeNodeOptions, encodeNodeOptions } from '#node-options'
import { concat, equalBytes, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
  decode,
  encode,
} from '../../bencode/bencode.ts'
import { MAX_LINKS, MAX_PATH_COMPONENTS, MAX_PIECES } from '../../metainfo/limits.ts'
import type { FilePlace, FileStamp } from '../storage.ts'
import type { ResumeProgress } from './resume-store.ts'

/** Start of a progress file. The number is the format version; other versions are rejected. */
const MAGIC = utf8('shoal-resume-1\n')
const CHECKSUM_BYTES = 32

/** Maximum size of a progress file: enough for a million files. */
export const MAX_PROGRESS_BYTES = 64 * 2 ** 20
const MAX_ITEMS = 4_000_000
const MAX_DEPTH = 8
/**
 * Limits for unfinished pieces: their number, and the bytes of one's bit field with a bit per block
 * of the largest piece, 256 MiB.
 */
const MAX_UNFINISHED = 100_000
const MAX_BLOCK_BITS_BYTES = (256 * 2 ** 20) / 2 ** 14 / 8

/**
 * Encodes the progress of torrent `key`: a magic line with the version, the SHA-256 of the rest,
 * the rest in bencoding.
 */
export function encodeProgress(key: string, progress: ResumeProgress): Uint8Array {
  const body = encode({
    key,
    magnet: progress.magnet,
    directory: progress.directory,
    paused: progress.paused ? 1 : 0,
    sequential: progress.sequential ? 1 : 0,
    preallocate: progress.preallocate ? 1 : undefined,
    'first last first': progress.firstLastFirst ? 1 : undefined,
    ...encodeNodeOptions(progress),
    added: Math.floor(progress.addedMs),
    downloaded: progress.downloadedBytes,
    uploaded: progress.uploadedBytes,
    'download limit': progress.downloadLimit,
    'upload limit': progress.uploadLimit,
    had: progress.had ?? undefined,
    unfinished: progress.unfinished && [...progress.unfinished].flat(),
    stamps: progress.stamps.flatMap(stamp => [stamp.size, stamp.mtimeNs]),
    priorities: progress.priorities ?? undefined,
    renamed: renamedList(progress.renamed),
    layout: progress.contentLayout,
    moving: progress.moving && {
      directory: progress.moving.directory,
      renamed: renamedList(progress.moving.renamed),
    },
    trackers: progress.trackers,
    'web seeds': progress.webSeeds,
    'tracker tiers': progress.trackerTiers,
    'own web seeds': progress.ownWebSeeds ? 1 : undefined,
    peers: progress.peers,
  })
  return concat([MAGIC, sha256(body), body])
}

/**
 * Decodes the output of `encodeProgress` for `key`. Throws `bad-bencode` with the reason if the
 * bytes are truncated, damaged, of another version or of another torrent. The result does not keep
 * `bytes` alive.
 */
export function decodeProgress(key: string, bytes: Uint8Array): ResumeProgress {
  if (bytes.length > MAX_PROGRESS_BYTES) throw damaged('is too large')
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw damaged('has an unknown version')
  const body = bytes.subarray(MAGIC.length + CHECKSUM_BYTES)
  const checksum = bytes.subarray(MAGIC.length, MAGIC.length + CHECKSUM_BYTES)
  if (!equalBytes(checksum, sha256(body))) throw damaged('is damaged')
  const fields = asDictionary(decode(body, { depth: MAX_DEPTH, items: MAX_ITEMS }))
  if (fields === undefined) throw damaged('is not a dictionary')
  if (asText(fields.get('key')) !== key) throw damaged('belongs to another torrent')
  return readFields(fields)
}

function readFields(fields: BencodeDictionary): ResumeProgress {
  const magnet = asText(fields.get('magnet'))
  const downloadLimit = asInteger(fields.get('download limit'))
  const uploadLimit = asInteger(fields.get('upload limit'))
  const had = asBytes(fields.get('had'))
  if (had !== undefined && had.length > MAX_PIECES / 8) throw damaged('has too many pieces')
  const blocks = asList(fields.get('unfinished'))
  const moving = asDictionary(fields.get('moving'))
  const tiers = asList(fields.get('tracker tiers'))
  const peers = asList(fields.get('peers'))
  const layout = asText(fields.get('layout'))
  return {
    ...(magnet === undefined ? {} : { magnet }),
    directory: must(asText(fields.get('directory')), 'directory'),
    paused: fields.get('paused') === 1,
    sequential: fields.get('sequential') === 1,
    ...(fields.get('first last first') === 1 && { firstLastFirst: true }),
    ...decodeNodeOptions(fields),
    ...(fields.get('preallocate') === 1 && { preallocate: true }),
    addedMs: count(fields, 'added'),
    downloadedBytes: count(fields, 'downloaded'),
    uploadedBytes: count(fields, 'uploaded'),
    ...(downloadLimit === undefined ? {} : { downloadLimit }),
    ...(uploadLimit === undefined ? {} : { uploadLimit }),
    had: had?.slice() ?? null,
    ...(blocks === undefined ? {} : { unfinished: unfinished(blocks) }),
    stamps: stamps(must(asList(fields.get('stamps')), 'stamps')),
    priorities: asBytes(fields.get('priorities'))?.map(priority => Math.min(priority, 7)) ?? null,
    renamed: renamed(must(asList(fields.get('renamed')), 'renamed')),
    trackers: texts(must(asList(fields.get('trackers')), 'trackers')),
    webSeeds: texts(must(asList(fields.get('web seeds')), 'web seeds')),
    ...(tiers === undefined ? {} : { trackerTiers: tierLists(tiers) }),
    ...((layout === 'subfolder' || layout === 'no-subfolder') && { contentLayout: layout }),
    ...(moving === undefined ? {} : { moving: filePlace(moving) }),
    ...(fields.get('own web seeds') === 1 && { ownWebSeeds: true }),
    ...(peers === undefined ? {} : { peers: texts(peers) }),
  }
}

function stamps(list: readonly BencodeValue[]): FileStamp[] {
  const stamps: FileStamp[] = []
  for (let i = 0; i + 1 < list.length; i += 2)
    stamps.push({ size: must(asInteger(list[i]), 'stamps'), mtimeNs: must(asText(list[i + 1]), 'stamps') })
  return stamps
}

function unfinished(list: readonly BencodeValue[]): Map<number, Uint8Array> {
  if (list.length > 2 * MAX_UNFINISHED) throw damaged('has too many unfinished pieces')
  const pieces = new Map<number, Uint8Array>()
  for (let i = 0; i + 1 < list.length; i += 2) {
    const blocks = must(asBytes(list[i + 1]), 'unfinished')
    if (blocks.length > MAX_BLOCK_BITS_BYTES) throw damaged('has a piece with too many blocks')
    pieces.set(must(asInteger(list[i]), 'unfinished'), blocks.slice())
  }
  return pieces
}

function renamedList(renamed: FilePlace['renamed']): (number | string)[][] {
  return [...renamed].map(([file, path]) => [file, ...path])
}

function filePlace(fields: BencodeDictionary): FilePlace {
  return {
    directory: must(asText(fields.get('directory')), 'moving'),
    renamed: renamed(must(asList(fields.get('renamed')), 'moving')),
  }
}

function renamed(list: readonly BencodeValue[]): Map<number, string[]> {
  const renamed = new Map<number, string[]>()
  for (const item of list) {
    const [file, ...path] = must(asList(item), 'renamed')
    if (path.length > MAX_PATH_COMPONENTS) throw damaged('has a path with too many folders')
    renamed.set(must(asInteger(file), 'renamed'), texts(path))
  }
  return renamed
}

function tierLists(list: readonly BencodeValue[]): string[][] {
  if (list.length > MAX_LINKS) throw damaged('has too many tiers')
  return list.map(tier => texts(must(asList(tier), 'tracker tiers')))
}

function texts(list: readonly BencodeValue[]): string[] {
  if (list.length > MAX_LINKS) throw damaged('has too many entries in a list')
  return list.map(item => must(asText(item), 'a list'))
}

function count(fields: BencodeDictionary, name: string): number {
  const value = must(asInteger(fields.get(name)), name)
  if (value < 0) throw damaged(`has a negative ${name}`)
  return value
}

function must<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw damaged(`has no valid ${name}`)
  return value
}

function damaged(reason: string): ShoalError {
  return new ShoalError('bad-bencode', `The resume data ${reason}. The torrent's files are checked again.`)
}
