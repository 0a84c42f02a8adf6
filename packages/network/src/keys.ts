/**
 * Keys of DHT records: one rule for all, so that records of one kind can never collide with those
 * of another.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '@shoal/torrent/base'

/**
 * A kind of record, with its `id`:
 *
 * - `cid::` the bytes of a CIDv1, without multibase
 * - `info_hash_idx::` an info hash, 20 bytes for v1 or 32 for v2
 * - `files_idx::` the pieces root of a file (BEP 52), 32 bytes
 * - `keyword_idx::` a word: use `keywordKey`
 * - `node::` the network key of the providing node, 32 bytes: peers that know it find the relays of
 *   a node that cannot be dialed
 * - `profile::` the Ed25519 key of a person, 32 bytes
 * - `sealed_idx::` the secret key in the link of a sealed share, 32 random bytes (decision 013)
 */
export type RecordNamespace =
  | 'cid::'
  | 'info_hash_idx::'
  | 'files_idx::'
  | 'keyword_idx::'
  | 'node::'
  | 'profile::'
  | 'sealed_idx::'

/** Prefix of a 34-byte multihash: sha2-256, 32 bytes (multiformats/multihash). */
const SHA2_256 = [0x12, 0x20] as const
const SEPARATOR = 0

/**
 * Rules by which `splitWords` splits text: their version, the oldest Unicode version that treats
 * its characters like any later one, and the stemmer. Clients with other rules use other keys,
 * instead of missing words under the same ones.
 */
export const WORD_RULES = 'words 1, unicode 15, no stemmer'

/**
 * Returns the key of a record as the multihash used by the DHT: `sha256("shoal/1/" + namespace +
 * 0x00 + id)`.
 */
export function recordKey(namespace: RecordNamespace, id: Uint8Array): Uint8Array {
  const hash = sha256
    .create()
    .update(utf8(`shoal/1/${namespace}`))
    .update(Uint8Array.of(SEPARATOR))
  return Uint8Array.of(...SHA2_256, ...hash.update(id).digest())
}

/** Returns the key of a word from `splitWords`. */
export function keywordKey(word: string): Uint8Array {
  return recordKey('keyword_idx::', utf8(`${WORD_RULES}\0${word}`))
}
