/**
 * Message stream encryption ("protocol encryption"), the obfuscation that many clients insist on. It has no BEP; the specification is
 * the Vuze wiki's page "Message Stream Encryption", whose names are used here: A opens the connection, B accepts it, S is their
 * shared secret, SKEY the info hash.
 *
 *   1 A->B: Ya, PadA
 *   2 B->A: Yb, PadB
 *   3 A->B: HASH('req1', S), HASH('req2', SKEY) xor HASH('req3', S), ENCRYPT(VC, crypto_provide, len(PadC), PadC, len(IA)), ENCRYPT(IA)
 *   4 B->A: ENCRYPT(VC, crypto_select, len(PadD), PadD), then the stream in the selected method
 */
import { sha1 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { KEY_BYTES } from './diffie-hellman.ts'
import { Rc4 } from './rc4.ts'

/**
 * How the engine treats message stream encryption. `plain`: never uses it. `prefer`: encrypts the handshake if the peer can, and lets
 * either side ask for more. `require`: accepts only encrypted streams.
 */
export type EncryptionPolicy = 'plain' | 'prefer' | 'require'

/** `none`: no encryption handshake took place. `plain`: it did, but what follows it is not encrypted. */
export type EncryptionMethod = 'none' | 'plain' | 'rc4'

/** How the handshake ended. */
export interface EncryptionOutcome {
  readonly method: EncryptionMethod
  /** The info hash (20 bytes) that both sides know of; null for `none`, where the plain handshake names it. */
  readonly infoHash: Uint8Array | null
  /** For all further bytes; null unless the method is `rc4`. `received` and what was sent already are done. */
  readonly ciphers: { readonly encrypt: Rc4; readonly decrypt: Rc4 } | null
  /** First bytes of the stream, which came along with the handshake; decrypted. */
  readonly received: Uint8Array
}

/** What to do after bytes were received. */
export interface EncryptionStep {
  /** To be written to the pipe as it is; null when there is nothing. */
  readonly send: Uint8Array | null
  /** Null while the handshake goes on. */
  readonly done: EncryptionOutcome | null
}

/** Bits of crypto_provide and crypto_select. */
export const CRYPTO_PLAIN = 1
export const CRYPTO_RC4 = 2

/** The longest padding that either side may send in any step. */
export const MAX_PAD_BYTES = 512

/** Verification constant: eight zeros. */
export const VC_BYTES = 8

/** RC4 key stream to throw away, since its beginning is weak. */
const RC4_DROP_BYTES = 1024

export const WAITING: EncryptionStep = { send: null, done: null }

/** Public key and random padding: steps 1 and 2. */
export function keyWithPadding(publicKey: Uint8Array, random: Random): Uint8Array {
  return concat([publicKey, random.bytes(random.below(MAX_PAD_BYTES + 1))])
}

/** Zeros, as PadC and PadD are until a later version of the protocol gives them a meaning; to be encrypted. */
export function zeroPadding(random: Random): Uint8Array {
  return new Uint8Array(random.below(MAX_PAD_BYTES + 1))
}

export function hashReq1(secret: Uint8Array): Uint8Array {
  return sha1(concat([utf8('req1'), secret]))
}

/**
 * HASH('req2', SKEY): how A names the torrent, 20 bytes. Whoever accepts connections keeps its info hashes by this, so that
 * finding one takes the same time however many there are.
 */
export function obfuscatedInfoHash(infoHash: Uint8Array): Uint8Array {
  return sha1(concat([utf8('req2'), infoHash]))
}

/** `hash` xor HASH('req3', S): hides and shows the obfuscated info hash. */
export function xorReq3(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  const mask = sha1(concat([utf8('req3'), secret]))
  return mask.map((byte, i) => byte ^ hash[i]!)
}

/** The cipher of the bytes that A (`keyA`) or B (`keyB`) sends. */
export function cipher(name: 'keyA' | 'keyB', secret: Uint8Array, infoHash: Uint8Array): Rc4 {
  return new Rc4(sha1(concat([utf8(name), secret, infoHash])), RC4_DROP_BYTES)
}

export function refuse(what: string): ShoalError {
  return new ShoalError('bad-message', `The encryption handshake failed, since ${what}: disconnect the peer`)
}

/**
 * Bytes received and not yet used. Only the handshake goes through it: some 2 KiB, and what came in the same read.
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
      // Twice what is needed, so that a peer that sends byte by byte does not have all copied for each.
      const target = needed > this.#bytes.length ? new Uint8Array(2 * needed) : this.#bytes
      target.set(this.#bytes.subarray(this.#begin, this.#end))
      this.#bytes = target
      this.#end = this.length
      this.#begin = 0
    }
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** All bytes, without using them up. Valid until the next `push`. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#begin, this.#end)
  }

  /** The first `count` bytes, used up. Null while they are not there. Valid until the next `push`. */
  take(count: number): Uint8Array | null {
    if (this.length < count) return null
    this.#begin += count
    return this.#bytes.subarray(this.#begin - count, this.#begin)
  }

  /**
   * Skips padding up to `pattern` and uses that up too. False while it has not come; throws when it cannot come any more, since more than
   * `MAX_PAD_BYTES` are before it.
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
      throw refuse('it did not find its place in the stream')
    return false
  }
}
