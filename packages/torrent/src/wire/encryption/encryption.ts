/**
 * Message stream encryption ("protocol encryption"), the obfuscation that many clients require. It
 * has no BEP; the specification is the page "Message Stream Encryption" of the Vuze wiki, whose
 * names are used here: A opens the connection, B accepts it, S is their shared secret, SKEY the
 * info hash.
 *
 * 1 A->B: Ya, PadA 2 B->A: Yb, PadB 3 A->B: HASH('req1', S), HASH('req2', SKEY) xor HASH('req3',
 * S), ENCRYPT(VC, crypto_provide, len(PadC), PadC, len(IA)), ENCRYPT(IA) 4 B->A: ENCRYPT(VC,
 * crypto_select, len(PadD), PadD), then the stream in the selected method
 */
import { sha1, sha256 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { KEY_BYTES } from './diffie-hellman.ts'
import { Rc4 } from './rc4.ts'

/**
 * How the engine treats message stream encryption. `plain`: never uses it. `prefer`: encrypts the
 * handshake if the peer can, and lets either side ask for more. `require`: accepts only encrypted
 * streams.
 */
export type EncryptionPolicy = 'plain' | 'prefer' | 'require'

/**
 * `none`: there was no encryption handshake. `plain`: there was one, but the stream after it is not
 * encrypted.
 */
export type EncryptionMethod = 'none' | 'plain' | 'rc4'

/** Result of a successful handshake. */
export interface EncryptionOutcome {
  readonly method: EncryptionMethod
  /**
   * The info hash (20 bytes) that both sides know; null for `none`, where the plain handshake names
   * it.
   */
  readonly infoHash: Uint8Array | null
  /** Ciphers for all further bytes; null unless the method is `rc4`. */
  readonly ciphers: { readonly encrypt: Rc4; readonly decrypt: Rc4 } | null
  /** First bytes of the stream, which arrived with the handshake, decrypted. */
  readonly received: Uint8Array
  /** See `Connection.channelBinding`; null for `none`. */
  readonly binding: Uint8Array | null
}

/** The reaction to received bytes. */
export interface EncryptionStep {
  /** Bytes to write to the connection, if any. */
  readonly send: Uint8Array | null
  /** Null until the handshake has finished. */
  readonly done: EncryptionOutcome | null
}

/** Bits of crypto_provide and crypto_select. */
export const CRYPTO_PLAIN = 1
export const CRYPTO_RC4 = 2

/** Maximum padding that either side may send in any step. */
export const MAX_PAD_BYTES = 512

/** Verification constant: eight zeros. */
export const VC_BYTES = 8

/** Start of the RC4 key stream that is discarded because it is weak. */
const RC4_DROP_BYTES = 1024

export const WAITING: EncryptionStep = { send: null, done: null }

/** Steps 1 and 2: the public key and random padding. */
export function keyWithPadding(publicKey: Uint8Array, random: Random): Uint8Array {
  return concat([publicKey, random.bytes(random.below(MAX_PAD_BYTES + 1))])
}

/** PadC or PadD: zeros, to be encrypted. */
export function zeroPadding(random: Random): Uint8Array {
  return new Uint8Array(random.below(MAX_PAD_BYTES + 1))
}

export function hashReq1(secret: Uint8Array): Uint8Array {
  return sha1(concat([utf8('req1'), secret]))
}

/**
 * HASH('req2', SKEY), 20 bytes: how A names the torrent. B indexes its torrents by this hash to
 * look them up.
 */
export function obfuscatedInfoHash(infoHash: Uint8Array): Uint8Array {
  return sha1(concat([utf8('req2'), infoHash]))
}

/** `hash` xor HASH('req3', S): masks and unmasks the obfuscated info hash. */
export function xorReq3(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  const mask = sha1(concat([utf8('req3'), secret]))
  return mask.map((byte, i) => byte ^ hash[i]!)
}

/**
 * The binding of a channel, 32 bytes. It covers the public keys, too: a man in the middle who
 * sends the key 1 to both sides has the same secret with both.
 */
export function encryptionBinding(keyA: Uint8Array, keyB: Uint8Array, secret: Uint8Array): Uint8Array {
  return sha256(concat([utf8('shoal/binding/mse\0'), keyA, keyB, secret]))
}

/** Creates the cipher for the bytes that A (`keyA`) or B (`keyB`) sends. */
export function cipher(name: 'keyA' | 'keyB', secret: Uint8Array, infoHash: Uint8Array): Rc4 {
  return new Rc4(sha1(concat([utf8(name), secret, infoHash])), RC4_DROP_BYTES)
}

export function refuse(what: string): ShoalError {
  return new ShoalError('bad-message', `The encryption handshake failed because ${what}: disconnect the peer`)
}

/**
 * Received bytes that have not been used. Only the handshake passes through it: about 2 KiB plus
 * the bytes that arrived in the same read.
 */
export class HandshakeBuffer {
  #bytes = new Uint8Array(KEY_BYTES + MAX_PAD_BYTES)
  #begin = 0
  #end = 0

  get length(): number {
    return this.#end - this.#begin
  }

  push(bytes: Uint8Array): void {
    const needed = this.length + bytes.length
    if (this.#end + bytes.length > this.#bytes.length) {
      // Twice what is needed, so that a peer that sends single bytes does not cause a copy for each
      // of them.
      const target = needed > this.#bytes.length ? new Uint8Array(2 * needed) : this.#bytes
      target.set(this.#bytes.subarray(this.#begin, this.#end))
      this.#bytes = target
      this.#end = this.length
      this.#begin = 0
    }
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** Returns all bytes without consuming them. The view is valid until the next `push`. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#begin, this.#end)
  }

  /**
   * Consumes and returns the first `count` bytes, or returns null if fewer have arrived. The view
   * is valid until the next `push`.
   */
  take(count: number): Uint8Array | null {
    if (this.length < count) return null
    this.#begin += count
    return this.#bytes.subarray(this.#begin - count, this.#begin)
  }

  /**
   * Consumes padding up to and including `pattern`. Returns false if the pattern has not arrived;
   * throws `bad-message` if it cannot arrive any more because it is not within the first
   * `MAX_PAD_BYTES`.
   */
  skipPast(pattern: Uint8Array): boolean {
    const bytes = this.peek()
    for (let at = 0; at + pattern.length <= bytes.length && at <= MAX_PAD_BYTES; at++) {
      let same = 0
      while (same < pattern.length && bytes[at + same] === pattern[same]) same++
      if (same < pattern.length) continue
      this.#begin += at + pattern.length
      return true
    }
    if (bytes.length >= MAX_PAD_BYTES + pattern.length)
      throw refuse('the synchronization pattern did not arrive')
    return false
  }
}
