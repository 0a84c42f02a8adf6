import { fromBase32, fromHex, hex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { parseCid } from './cid.ts'
import type { InfoHashes } from './metainfo.ts'

/** Multihash prefix of SHA-256: code 0x12, 32 bytes. */
export const SHA256_MULTIHASH = '1220'

/**
 * Parses an info hash in any common notation: v1 as 40 hex or 32 base32 characters, v2 as 64 hex
 * characters or a multihash of 68, or the content ID of a torrent. Throws `bad-info-hash`.
 */
export function parseInfoHash(text: string): InfoHashes {
  const trimmed = text.length <= 200 ? text.trim() : ''
  const v1 = trimmed.length === 40 ? fromHex(trimmed) : trimmed.length === 32 ? fromBase32(trimmed) : null
  if (v1) return { v1 }
  const v2 =
    trimmed.length === 64
      ? fromHex(trimmed)
      : trimmed.length === 68 && trimmed.startsWith(SHA256_MULTIHASH)
        ? fromHex(trimmed.slice(SHA256_MULTIHASH.length))
        : null
  if (v2) return { v2 }
  if (/^(baf5r|BAF5R|f017b|F017B)/.test(trimmed)) {
    const cid = parseCid(trimmed)
    if (cid.kind === 'torrent') return cid.infoHashes
  }
  throw new ShoalError(
    'bad-info-hash',
    'This is not an info hash. An info hash has 40 (v1) or 64 (v2) hex digits or 32 base32 characters, or is a content ID that begins with baf5r.',
  )
}

/**
 * The torrent's info hash in hex: v1 if it has one, else v2. Throws `bad-info-hash` if it has
 * neither.
 */
export function infoHashText({ v1, v2 }: InfoHashes): string {
  const hash = v1 ?? v2
  if (!hash) throw new ShoalError('bad-info-hash', 'The info hash is missing')
  return hex(hash)
}
