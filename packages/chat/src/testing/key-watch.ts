/**
 * Watches that no key of a group encrypts twice: each generation of a member's ratchets, of
 * messages and of handshakes, and each welcome. It counts what leaves a device: what was encrypted
 * by a program that was killed before it could send it was seen by nobody.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { latin1 } from '@shoal/torrent/base'
import type { RoomCarrier, Rooms } from '../device/ports.ts'
import { readEnvelope } from '../envelope/envelope.ts'
import type { Suite } from '../groups/suite.ts'

/** A mark in the input of the function that derives keys of a group for other uses. */
const EXPORTED = 'MLS 1.0 exported'
const NONCE_BYTES = 12
/** Bytes that identify a ciphertext: its tag. */
const TAG_BYTES = 16

interface Encrypted {
  readonly key: string
  readonly ciphertext: string
}

export class KeyWatch {
  /** Encrypted contents, by their tags. */
  readonly #encrypted = new Map<string, Encrypted>()
  /** Keys that handshakes are wrapped in. */
  readonly #wraps = new Map<string, Uint8Array>()
  /** The ciphertext that has left under a key. */
  readonly #left = new Map<string, string>()
  /** Keys that have encrypted twice, and entries that no watched device has encrypted. */
  readonly problems: string[] = []

  /** Number of keys that were used. */
  get used(): number {
    return this.#left.size
  }

  /** Returns the suite for the devices to watch. */
  watch(suite: Suite): Suite {
    const { hpke, kdf } = suite
    return {
      ...suite,
      hpke: {
        ...hpke,
        encryptAead: async (key, nonce, aad, plaintext) => {
          const ciphertext = await hpke.encryptAead(key, nonce, aad, plaintext)
          const text = latin1(ciphertext)
          this.#encrypted.set(text.slice(-TAG_BYTES), { key: latin1(key), ciphertext: text })
          return ciphertext
        },
      },
      kdf: {
        ...kdf,
        expand: async (secret, info, length) => {
          const key = await kdf.expand(secret, info, length)
          if (latin1(info).includes(EXPORTED)) this.#wraps.set(latin1(key), key)
          return key
        },
      },
    }
  }

  /** Returns the rooms for a device to watch. */
  rooms(rooms: Rooms): Rooms {
    return {
      idOf: name => rooms.idOf(name),
      forget: id => rooms.forget(id),
      follow: (room, follower) => {
        const carrier = rooms.follow(room, follower)
        const watched: RoomCarrier = {
          append: (clientId, bytes) => {
            this.sent(bytes)
            return carrier.append(clientId, bytes)
          },
          renew: (accessSecrets, withinMs) => carrier.renew(accessSecrets, withinMs),
          sendVolatile: bytes => carrier.sendVolatile(bytes),
          head: () => carrier.head(),
          compareHead: (signed, known) => carrier.compareHead(signed, known),
          remove: () => carrier.remove(),
          close: () => carrier.close(),
        }
        return watched
      },
    }
  }

  /** A device has sent an entry. */
  sent(bytes: Uint8Array): void {
    const envelope = readEnvelope(bytes)
    if (envelope?.kind === 'message') this.#leaves(envelope.ciphertext)
    else if (envelope?.kind === 'handshake') this.#leaves(this.#unwrap(envelope.ciphertext))
  }

  #leaves(bytes: Uint8Array | null): void {
    const text = bytes ? latin1(bytes) : ''
    const known = this.#encrypted.get(text.slice(-TAG_BYTES))
    if (!known) return void this.problems.push('an entry was encrypted by a device that is not watched')
    const { key, ciphertext } = known
    const before = this.#left.get(key) ?? ciphertext
    this.#left.set(key, before)
    if (before !== ciphertext) this.problems.push('a key has encrypted twice')
  }

  #unwrap(bytes: Uint8Array): Uint8Array | null {
    const [nonce, ciphertext] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
    for (const key of this.#wraps.values())
      try {
        return gcm(key, nonce).decrypt(ciphertext)
      } catch {
        // It is wrapped in another one.
      }
    return null
  }
}
