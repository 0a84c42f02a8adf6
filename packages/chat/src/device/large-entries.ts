/**
 * Changes and welcomes of large groups that do not fit into an entry of a hub's log.
 *
 * The parts of a change are separate entries, identified by their hashes. The change takes effect
 * at the place of the entry that lists them, if all were in the log before it and in the same
 * epoch: so members added by the previous commit have the same parts as all others. A welcome is
 * sealed in parts by the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015): each
 * nonce has the number of the part, and whether more follow.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Cbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import { bindingOf, encodeEnvelope, readEnvelope } from '../envelope/envelope.ts'

/** Hubs accept entries of 64 KiB, including the envelope. */
const PART_BYTES = 60_000
/** Most parts of a change or welcome. Those of a group of 1,000 have 0.6 MB each. */
const MAX_PARTS = 128
/** Parts of an epoch kept until the entry that lists them arrives. The oldest are dropped first. */
const MAX_KEPT_BYTES = 16 << 20
const HASH_BYTES = 32
const ID_BYTES = 16
const NONCE_BYTES = 12
const KIND = 15

export interface NewEntry {
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

/**
 * Returns the entries of a change, to be appended in this order. `secret`: without it, the ids of
 * its parts cannot be predicted and taken first.
 */
export function entriesOfChange(
  clientId: Uint8Array,
  ciphertext: Uint8Array,
  secret: Uint8Array,
): readonly NewEntry[] {
  const envelope = { commitment: null } as const
  if (ciphertext.length <= PART_BYTES)
    return [{ clientId, bytes: encodeEnvelope({ ...envelope, kind: 'handshake', ciphertext }) }]
  const parts = cut(ciphertext)
  const hashes = concatBytes(...parts.map(part => sha256(part)))
  return [
    ...parts.map((part, at) => ({
      clientId: partId(secret, 'change', at),
      bytes: encodeEnvelope({ ...envelope, kind: 'part', ciphertext: part }),
    })),
    { clientId, bytes: encodeEnvelope({ ...envelope, kind: 'parts', ciphertext: hashes }) },
  ]
}

/** Returns the entries of a welcome, deterministically: each key encrypts only one. */
export function entriesOfWelcome(
  room: Uint8Array,
  id: Uint8Array,
  key: Uint8Array,
  welcome: Uint8Array,
): readonly NewEntry[] {
  const parts = cut(welcome)
  return parts.map((part, at) => {
    const clientId = welcomePartId(id, key, at)
    const nonce = nonceOf(at, at + 1 < parts.length)
    const ciphertext = gcm(key, nonce, welcomeBinding(room, clientId)).encrypt(part)
    return { clientId, bytes: encodeEnvelope({ kind: 'welcome', commitment: null, ciphertext }) }
  })
}

/**
 * Opens a welcome. `find` returns the bytes of an entry. Returns null while a part is missing.
 * Throws if it is damaged.
 */
export function openWelcome(
  room: Uint8Array,
  id: Uint8Array,
  key: Uint8Array,
  find: (clientId: Uint8Array) => Uint8Array | null,
): Uint8Array | null {
  const opened: Uint8Array[] = []
  for (let at = 0; at < MAX_PARTS; at++) {
    const clientId = welcomePartId(id, key, at)
    const bytes = find(clientId)
    if (!bytes) return null
    const envelope = readEnvelope(bytes)
    if (envelope?.kind !== 'welcome') throw new Error('It is not a welcome')
    const binding = welcomeBinding(room, clientId)
    const open = (isMore: boolean) =>
      opened.push(gcm(key, nonceOf(at, isMore), binding).decrypt(envelope.ciphertext))
    try {
      open(false)
      return concatBytes(...opened)
    } catch {
      open(true)
    }
  }
  throw new Error('It has too many parts')
}

/** The parts of changes read in this epoch. Each addition or removal is a record of a journal. */
export class ChangeParts {
  readonly #write: (record: Cbor) => Promise<void>
  readonly #parts = new Map<string, Uint8Array>()
  #epoch = 0
  #bytes = 0

  /** `write` appends a record to the journal. */
  constructor(write: (record: Cbor) => Promise<void>) {
    this.#write = write
  }

  /** Adds a part read in this epoch. */
  async add(epoch: bigint, part: Uint8Array): Promise<void> {
    this.enter(epoch)
    if (part.length > PART_BYTES || this.#parts.has(latin1(sha256(part)))) return
    await this.#write([KIND, Number(epoch), part])
    this.#keep(part)
  }

  /** Returns a change, or null if parts are missing. */
  join(epoch: bigint, hashes: Uint8Array): Uint8Array | null {
    this.enter(epoch)
    const count = hashes.length / HASH_BYTES
    if (!Number.isInteger(count) || count < 1 || count > MAX_PARTS) return null
    const parts = []
    for (let at = 0; at < count; at++) {
      const part = this.#parts.get(latin1(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)))
      if (!part) return null
      parts.push(part)
    }
    return concatBytes(...parts)
  }

  /** Forgets the parts of other epochs. */
  enter(epoch: bigint): void {
    if (this.#epoch === Number(epoch)) return
    this.#epoch = Number(epoch)
    this.#parts.clear()
    this.#bytes = 0
  }

  /** The stored parts, as records. */
  get records(): readonly Cbor[] {
    return [...this.#parts.values()].map(part => [KIND, this.#epoch, part])
  }

  /** Applies a record of the journal. Returns false if it is of another kind. */
  apply(kind: number, members: readonly never[]): boolean {
    if (kind !== KIND) return false
    const [epoch, part] = members as unknown as [number, Uint8Array]
    this.enter(BigInt(epoch))
    this.#keep(part)
    return true
  }

  #keep(part: Uint8Array): void {
    this.#parts.set(latin1(sha256(part)), part)
    this.#bytes += part.length
    for (const [key, { length }] of this.#parts) {
      if (this.#bytes <= MAX_KEPT_BYTES) return
      this.#parts.delete(key)
      this.#bytes -= length
    }
  }
}

function cut(bytes: Uint8Array): readonly Uint8Array[] {
  const parts = []
  for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES)
    parts.push(bytes.slice(at, at + PART_BYTES))
  return parts
}

function welcomePartId(id: Uint8Array, key: Uint8Array, at: number): Uint8Array {
  return at === 0 ? id : partId(key, 'welcome', at)
}

function partId(secret: Uint8Array, what: 'change' | 'welcome', at: number): Uint8Array {
  return hmac(sha256, secret, utf8ToBytes(`shoal/part/1 ${what} ${at}`)).slice(0, ID_BYTES)
}

function nonceOf(at: number, isMore: boolean): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  nonce[NONCE_BYTES - 2] = at
  nonce[NONCE_BYTES - 1] = isMore ? 1 : 0
  return nonce
}

function welcomeBinding(room: Uint8Array, clientId: Uint8Array): Uint8Array {
  return bindingOf({ room, clientId }, { kind: 'welcome', commitment: null })
}
