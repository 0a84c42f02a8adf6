/**
 * Hash chain of a room's log: each entry's hash covers the entry and all before it, and the chain
 * starts with the room's id.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '@shoal/torrent/base'
import { StoreError } from '../store-error.ts'

export const HASH_BYTES = 32
export const CLIENT_ID_BYTES = 16
const PURPOSE = new TextEncoder().encode('shoal/room-entry/1')
const FIXED_BYTES = PURPOSE.length + HASH_BYTES + 8 + CLIENT_ID_BYTES + 8

export interface LogEntry {
  /** The first entry of a room has 1, each further one the next number. */
  readonly sequence: number
  /** Chosen at random by the poster. 16 bytes. */
  readonly clientId: Uint8Array
  /** When the hub received it. Milliseconds since the Unix epoch. */
  readonly postedMs: number
  readonly bytes: Uint8Array
  /** See `entryHash`. */
  readonly hash: Uint8Array
}

/**
 * A position in a log: the entry with this number has this hash. Number 0, before the first entry,
 * has the room's id.
 */
export interface LogHead {
  /** 32 bytes. */
  readonly room: Uint8Array
  readonly sequence: number
  /** 32 bytes. */
  readonly hash: Uint8Array
}

/**
 * Returns the SHA-256 of the previous hash, the sequence number, the client id, the time and the
 * bytes of an entry.
 */
export function entryHash(previous: Uint8Array, entry: Omit<LogEntry, 'hash'>): Uint8Array {
  const { sequence, clientId, postedMs, bytes } = entry
  const all = new Uint8Array(FIXED_BYTES + bytes.length)
  const view = new DataView(all.buffer)
  all.set(PURPOSE)
  all.set(previous, PURPOSE.length)
  const at = PURPOSE.length + HASH_BYTES
  view.setBigUint64(at, BigInt(sequence))
  all.set(clientId, at + 8)
  view.setBigUint64(at + 8 + CLIENT_ID_BYTES, BigInt(postedMs))
  all.set(bytes, FIXED_BYTES)
  return sha256(all)
}

/**
 * Verifies that entries follow a head without a gap, and that their hashes are right. Returns the
 * head after them. Throws `broken-log` if a hub omitted, reordered or altered any.
 */
export function verifyEntries(head: LogHead, entries: readonly LogEntry[]): LogHead {
  let { sequence, hash } = head
  for (const entry of entries) {
    const isNext = entry.sequence === sequence + 1 && entry.clientId.length === CLIENT_ID_BYTES
    if (!isNext || !Number.isSafeInteger(entry.postedMs) || entry.postedMs < 0)
      throw broken(`entry ${sequence + 1} is missing`)
    hash = entryHash(hash, entry)
    sequence = entry.sequence
    if (!equalBytes(hash, entry.hash)) throw broken(`entry ${sequence} does not follow from those before it`)
  }
  return { room: head.room, sequence, hash }
}

function broken(what: string): StoreError {
  return new StoreError(
    'broken-log',
    `This room's log was altered: ${what}. Read it again, or leave this hub.`,
  )
}
