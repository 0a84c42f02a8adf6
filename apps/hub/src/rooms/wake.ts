/**
 * Frames between the processes of a hub, so that entries stored by one reach the clients of the
 * others. Deterministic CBOR. They are only an optimization: a process that missed one finds the
 * entries in the database.
 */
import type { LogEntry } from '@shoal/hub-api/rooms'
import { type Cbor, decodeCbor, encodeCbor, isBytes, isCount } from '@shoal/identity/signed-cbor'
import { SHARED_KINDS, type Use } from './accounts-use.ts'
import { POSTER_BYTES } from './slow-mode.ts'

/** Most usage records in one frame. */
export const MAX_FRAME_USES = 200

export type Wake =
  /** Entries in order; the first one has the number `after` + 1. */
  | { readonly kind: 'entries'; readonly room: Uint8Array; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'news'; readonly room: Uint8Array; readonly last: number }
  | { readonly kind: 'changed'; readonly room: Uint8Array }
  | { readonly kind: 'inbox'; readonly devices: readonly Uint8Array[] }
  | { readonly kind: 'volatile'; readonly room: Uint8Array; readonly bytes: Uint8Array }
  /** Sessions of the account may have ended. */
  | { readonly kind: 'account'; readonly did: string }
  | { readonly kind: 'used'; readonly uses: readonly Use[] }
  /** A post in a room with slow mode. */
  | { readonly kind: 'posted'; readonly poster: Uint8Array }

const KINDS = ['entries', 'news', 'changed', 'inbox', 'volatile', 'account', 'used', 'posted'] as const
/** Larger entries are read from the database by their receivers. */
export const MAX_FRAME_ENTRIES_BYTES = 32_768

export function encodeWake(wake: Wake): Uint8Array {
  return encodeCbor([KINDS.indexOf(wake.kind), ...membersOf(wake)])
}

function membersOf(wake: Wake): readonly Cbor[] {
  switch (wake.kind) {
    case 'entries':
      return [
        wake.room,
        wake.entries.map(each => [each.sequence, each.clientId, each.postedMs, each.bytes, each.hash]),
      ]
    case 'news':
      return [wake.room, wake.last]
    case 'changed':
      return [wake.room]
    case 'inbox':
      return [wake.devices]
    case 'volatile':
      return [wake.room, wake.bytes]
    case 'account':
      return [wake.did]
    case 'used':
      return [
        wake.uses.map(({ did, what, count }) => [
          did,
          typeof what === 'string' ? SHARED_KINDS.indexOf(what) : what,
          count,
        ]),
      ]
    case 'posted':
      return [wake.poster]
  }
}

/** Returns null for anything not produced by `encodeWake`. */
export function readWake(frame: Uint8Array): Wake | null {
  const value = decodeCbor(frame)
  if (!Array.isArray(value)) return null
  const [kind, first, second] = value as readonly Cbor[]
  switch (KINDS[kind as number]) {
    case 'entries': {
      const entries = Array.isArray(second) ? second.map(readEntry) : []
      const isWhole = isBytes(first, 32) && entries.length > 0 && entries.every(each => each !== null)
      return isWhole ? { kind: 'entries', room: first, entries } : null
    }
    case 'news':
      return isBytes(first, 32) && isCount(second) ? { kind: 'news', room: first, last: second } : null
    case 'changed':
      return isBytes(first, 32) ? { kind: 'changed', room: first } : null
    case 'inbox': {
      const devices = Array.isArray(first) ? (first as readonly Cbor[]) : []
      return devices.every(each => isBytes(each, 32)) ? { kind: 'inbox', devices } : null
    }
    case 'volatile':
      return isBytes(first, 32) && second instanceof Uint8Array
        ? { kind: 'volatile', room: first, bytes: second }
        : null
    case 'account':
      return typeof first === 'string' ? { kind: 'account', did: first } : null
    case 'used': {
      const uses = Array.isArray(first) ? first.map(readUse) : []
      return uses.every(each => each !== null) ? { kind: 'used', uses } : null
    }
    case 'posted':
      return isBytes(first, POSTER_BYTES) ? { kind: 'posted', poster: first } : null
    default:
      return null
  }
}

function readEntry(value: Cbor): LogEntry | null {
  if (!Array.isArray(value)) return null
  const [sequence, clientId, postedMs, bytes, hash] = value as readonly Cbor[]
  if (!isCount(sequence) || !isBytes(clientId, 16) || !isCount(postedMs)) return null
  return bytes instanceof Uint8Array && isBytes(hash, 32)
    ? { sequence, clientId, postedMs, bytes, hash }
    : null
}

function readUse(value: Cbor): Use | null {
  if (!Array.isArray(value)) return null
  const [did, of, count] = value as readonly Cbor[]
  const what = isBytes(of, 32) ? of : SHARED_KINDS[of as number]
  return typeof did === 'string' && what !== undefined && isCount(count) ? { did, what, count } : null
}
