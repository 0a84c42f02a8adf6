/**
 * Typing, presence, and the hub's signed heads: volatile messages that are not stored, under a key
 * of the epoch or of the link. Nonce, then AES-256-GCM over deterministic CBOR:
 * `[what, time, credential or hash of the device, signature]`, or `[4, head]`, which the hub has
 * signed. They need no ratchet: anyone who can read the conversation can read them, and a lost one
 * does not matter.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { decodeCbor, encodeCbor, type Signer } from '@shoal/identity/signed-cbor'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import type { GroupDevice } from '../groups/credential.ts'

const PRESENCE = ['typing', 'stopped', 'here', 'away'] as const
export type Presence = (typeof PRESENCE)[number]

/** The number after those. */
const HEAD = PRESENCE.length

const NONCE_BYTES = 12
const MAX_BYTES = 2048
/** Older ones are replays. Clocks of devices differ. */
const MAX_AGE_MS = 120_000
const PURPOSE = 'shoal/presence/1'

export interface PresenceKey {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly room: Uint8Array
}

/** `device`: hash of a member's device, or a full credential. */
export function sealPresence(
  { key, room }: PresenceKey,
  what: Presence,
  unixMs: number,
  device: Uint8Array,
  signer: Signer,
  nonce: Uint8Array,
): Uint8Array {
  const number = PRESENCE.indexOf(what)
  const signature = signer.sign(toBeSigned(room, number, unixMs))
  const plaintext = encodeCbor([number, unixMs, device, signature])
  return concatBytes(nonce, gcm(key, nonce, room).encrypt(plaintext))
}

/** Seals a head that the hub has signed. */
export function sealHead({ key, room }: PresenceKey, head: Uint8Array, nonce: Uint8Array): Uint8Array {
  return concatBytes(nonce, gcm(key, nonce, room).encrypt(encodeCbor([HEAD, head])))
}

/**
 * Returns null if it is not from a member, damaged, from another epoch, or old. `find` returns the
 * device with this hash or credential, or null, and may throw.
 */
export function openPresence(
  { key, room }: PresenceKey,
  bytes: Uint8Array,
  unixMs: number,
  find: (device: Uint8Array) => GroupDevice | null,
): { readonly what: Presence; readonly device: GroupDevice } | { readonly head: Uint8Array } | null {
  if (bytes.length > MAX_BYTES) return null
  try {
    const value = decodeCbor(
      gcm(key, bytes.subarray(0, NONCE_BYTES), room).decrypt(bytes.subarray(NONCE_BYTES)),
    )
    if (!Array.isArray(value)) return null
    if (value[0] === HEAD) return value[1] instanceof Uint8Array ? { head: value[1].slice() } : null
    if (value.length !== 4) return null
    const [number, sentMs, named, signature] = value
    const what = PRESENCE[number]
    if (!what || !(named instanceof Uint8Array) || !(signature instanceof Uint8Array)) return null
    if (!Number.isSafeInteger(sentMs) || Math.abs(unixMs - sentMs) > MAX_AGE_MS) return null
    const device = find(named)
    if (!device || !verifyEd25519(device.device.messageKey, toBeSigned(room, number, sentMs), signature))
      return null
    return { what, device }
  } catch {
    return null
  }
}

function toBeSigned(room: Uint8Array, number: number, unixMs: number): Uint8Array {
  return encodeCbor([PURPOSE, room, number, unixMs])
}
