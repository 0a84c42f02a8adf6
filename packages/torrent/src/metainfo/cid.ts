import { base32, concat, fromBase32, fromHex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import type { InfoHashes } from './metainfo.ts'

/** Codes from the multicodec table. */
const TORRENT_INFO = 0x7b
const RAW = 0x55
const SHA1 = 0x11
const SHA256 = 0x12
const PIECES_ROOT = 0xb702

const MAX_CID_LENGTH = 128

/** A parsed content ID: a torrent by its info hash, or a file by its pieces root (BEP 52). */
export type Cid =
  | { readonly kind: 'torrent'; readonly infoHashes: InfoHashes }
  | { readonly kind: 'file'; readonly piecesRoot: Uint8Array }

/**
 * Content ID of a torrent: a CIDv1 with codec torrent-info over the v2 info hash if it has one
 * (`baf5rei…`), else over v1 (`baf5rcf…`). An info hash is a plain hash of the info dictionary, so
 * IPFS uses the same ID. Throws `bad-info-hash` if both hashes are missing.
 */
export function torrentCid({ v1, v2 }: InfoHashes): string {
  if (v2) return cidText(TORRENT_INFO, SHA256, v2)
  if (v1) return cidText(TORRENT_INFO, SHA1, v1)
  throw new ShoalError('bad-info-hash', 'A content ID needs an info hash')
}

/**
 * Content ID of a file in a v2 torrent: a CIDv1 with codec raw and multihash bittorrent-pieces-root
 * (`bafkyf3qce…`).
 */
export function fileCid(piecesRoot: Uint8Array): string {
  return cidText(RAW, PIECES_ROOT, piecesRoot)
}

/**
 * Parses the content ID of a torrent or file, in base32 or base16 of either case (multibase `b`,
 * `B`, `f`, `F`). Throws `bad-info-hash` if it is malformed or identifies anything else.
 */
export function parseCid(text: string): Cid {
  const bytes = text.length <= MAX_CID_LENGTH ? fromMultibase(text) : null
  const numbers = bytes && readVarints(bytes, 4)
  if (!bytes || !numbers) throw badCid('is malformed')
  const [version, codec, hash, length] = numbers.values as [number, number, number, number]
  const digest = bytes.slice(numbers.end)
  if (version !== 1) throw badCid('is not version 1')
  if (digest.length !== length) throw badCid('has the wrong length')
  if (codec === TORRENT_INFO && hash === SHA256 && length === 32)
    return { kind: 'torrent', infoHashes: { v2: digest } }
  if (codec === TORRENT_INFO && hash === SHA1 && length === 20)
    return { kind: 'torrent', infoHashes: { v1: digest } }
  if (codec === RAW && hash === PIECES_ROOT && length === 32) return { kind: 'file', piecesRoot: digest }
  throw badCid('identifies neither a torrent nor a file in one')
}

function badCid(fault: string): ShoalError {
  return new ShoalError(
    'bad-info-hash',
    `The content ID ${fault}. Content IDs of torrents begin with baf5r, those of files with bafkyf3qce.`,
  )
}

function cidText(codec: number, hash: number, digest: Uint8Array): string {
  const head = Uint8Array.from([1, codec, hash, digest.length].flatMap(varint))
  return `b${base32(concat([head, digest]))}`
}

/** Unsigned LEB128, as multiformats define it. */
function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return [...bytes, value]
}

/**
 * Reads `count` varints of at most four bytes each; returns null if one is truncated, too long or
 * not minimally encoded.
 */
function readVarints(bytes: Uint8Array, count: number): { values: number[]; end: number } | null {
  const values: number[] = []
  let at = 0
  while (values.length < count) {
    let value = 0
    let size = 0
    let byte: number
    do {
      if (at >= bytes.length || size === 4) return null
      byte = bytes[at++]!
      value |= (byte & 0x7f) << (7 * size++)
    } while (byte & 0x80)
    if (byte === 0 && size > 1) return null
    values.push(value)
  }
  return { values, end: at }
}

function fromMultibase(text: string): Uint8Array | null {
  const digits = text.slice(1)
  if (/^[bB]/.test(text)) return fromBase32(digits)
  return /^[fF]/.test(text) ? fromHex(digits) : null
}
