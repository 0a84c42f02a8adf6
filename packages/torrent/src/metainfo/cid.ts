import { base32, concat, fromBase32, fromHex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import type { InfoHashes } from './metainfo.ts'

/** Codes of the multicodec table. */
const TORRENT_INFO = 0x7b
const RAW = 0x55
const SHA1 = 0x11
const SHA256 = 0x12
const PIECES_ROOT = 0xb702

const MAX_CID_LENGTH = 128

/** What a content ID of ours stands for: a torrent by its info hash, or a file by its pieces root (BEP 52). */
export type Cid =
  | { readonly kind: 'torrent'; readonly infoHashes: InfoHashes }
  | { readonly kind: 'file'; readonly piecesRoot: Uint8Array }

/**
 * Content ID of a torrent: CIDv1 with codec torrent-info, of the v2 info hash where there is one (`baf5rei…`), else of v1 (`baf5rcf…`).
 * An info hash is a plain hash of the info dictionary, so this is its ID in IPFS too. Throws `bad-info-hash` when there is no hash.
 */
export function torrentCid({ v1, v2 }: InfoHashes): string {
  if (v2) return cidText(TORRENT_INFO, SHA256, v2)
  if (v1) return cidText(TORRENT_INFO, SHA1, v1)
  throw new ShoalError('bad-info-hash', 'A content ID needs an info hash')
}

/** Content ID of a file of a v2 torrent: CIDv1 with codec raw and multihash bittorrent-pieces-root (`bafkyf3qce…`). */
export function fileCid(piecesRoot: Uint8Array): string {
  return cidText(RAW, PIECES_ROOT, piecesRoot)
}

/**
 * Reads a content ID of a torrent or file, in base32 or base16 of either case (multibase `b`, `B`, `f`, `F`). Throws `bad-info-hash` when
 * it is malformed or of something else.
 */
export function parseCid(text: string): Cid {
  const bytes = text.length <= MAX_CID_LENGTH ? fromMultibase(text) : null
  const numbers = bytes && readVarints(bytes, 4)
  if (!bytes || !numbers) throw notOurs('is malformed')
  const [version, codec, hash, length] = numbers.values as [number, number, number, number]
  const digest = bytes.slice(numbers.end)
  if (version !== 1) throw notOurs('is not of version 1')
  if (digest.length !== length) throw notOurs('is cut off or too long')
  if (codec === TORRENT_INFO && hash === SHA256 && length === 32)
    return { kind: 'torrent', infoHashes: { v2: digest } }
  if (codec === TORRENT_INFO && hash === SHA1 && length === 20)
    return { kind: 'torrent', infoHashes: { v1: digest } }
  if (codec === RAW && hash === PIECES_ROOT && length === 32) return { kind: 'file', piecesRoot: digest }
  throw notOurs('is of neither a torrent nor a file of one')
}

function notOurs(what: string): ShoalError {
  return new ShoalError(
    'bad-info-hash',
    `The content ID ${what}: those of torrents begin with baf5r, of files with bafkyf3qce`,
  )
}

function cidText(codec: number, hash: number, digest: Uint8Array): string {
  const head = Uint8Array.from([1, codec, hash, digest.length].flatMap(varint))
  return `b${base32(concat([head, digest]))}`
}

/** Unsigned LEB128, as multiformats have it. */
function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return [...bytes, value]
}

/** `count` varints of at most four bytes each; null when they are cut off, longer, or longer than they need be. */
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
