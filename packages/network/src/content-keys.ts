import type { InfoHashes } from '@shoal/torrent'
import { recordKey } from './keys.ts'

/** CIDv1 with codec torrent-info (0x7b) and multihash sha2-256 of 32 bytes. */
const V2_CID = [0x01, 0x7b, 0x12, 0x20] as const

/**
 * Returns the key under which holders of a sealed share's link find each other, derived from the
 * link's 32-byte random key. It reveals neither the share nor the key in the link (decision 013).
 */
export function sealedKey(linkKey: Uint8Array): Uint8Array {
  return recordKey('sealed_idx::', linkKey)
}

/**
 * Returns the keys under which the providers of a torrent are found: one 34-byte multihash per info
 * hash, so that a hybrid torrent is found by either. The v2 key is the content ID, the v1 key the
 * hash.
 */
export function contentKeys({ v1, v2 }: InfoHashes): Uint8Array[] {
  return [
    ...(v2 ? [recordKey('cid::', Uint8Array.of(...V2_CID, ...v2))] : []),
    ...(v1 ? [recordKey('info_hash_idx::', v1)] : []),
  ]
}
