import { concat, readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { PROTOCOL_PREFIX, startsLikeHandshake } from '../handshake.ts'
import { KEY_BYTES, KeyExchange } from './diffie-hellman.ts'
import {
  CRYPTO_PLAIN,
  CRYPTO_RC4,
  cipher,
  type EncryptionOutcome,
  type EncryptionPolicy,
  type EncryptionStep,
  encryptionBinding,
  HandshakeBuffer,
  hashReq1,
  keyWithPadding,
  MAX_PAD_BYTES,
  refuse,
  VC_BYTES,
  WAITING,
  xorReq3,
  zeroPadding,
} from './encryption.ts'
import type { Rc4 } from './rc4.ts'

/**
 * The side that accepted the connection. Pass everything that arrives to `receive` until its step
 * is done. One port serves plain and encrypted peers: a plain BitTorrent handshake is recognized by
 * its first 20 bytes and finishes with method `none`. Does no I/O: the caller owns the connection
 * and its time limit.
 */
export class EncryptionResponder {
  readonly #policy: EncryptionPolicy
  readonly #random: Random
  readonly #find: (obfuscated: Uint8Array) => Uint8Array | null
  readonly #buffer = new HandshakeBuffer()
  #state: 'detect' | 'key' | 'sync' | 'torrent' | 'offer' | 'pad' | 'payload' | 'done' = 'detect'
  #secret: Uint8Array = new Uint8Array(0)
  #binding: Uint8Array | null = null
  #req1: Uint8Array = new Uint8Array(0)
  #infoHash: Uint8Array = new Uint8Array(0)
  #encrypt: Rc4 | null = null
  #decrypt: Rc4 | null = null
  #select = 0
  #padBytes = 0
  #payloadBytes = 0

  /**
   * `policy`: `plain` rejects encryption; `require` rejects plain handshakes and plain text;
   * `prefer` accepts both, and selects plain text after the obfuscated handshake if it is offered,
   * since RC4 hides nothing from an observer who can read the handshake and costs more CPU time
   * than everything else. `find` returns the info hash whose `obfuscatedInfoHash` is the argument,
   * or null for an unknown torrent.
   */
  constructor(options: {
    readonly policy: EncryptionPolicy
    readonly random: Random
    readonly find: (obfuscated: Uint8Array) => Uint8Array | null
  }) {
    this.#policy = options.policy
    this.#random = options.random
    this.#find = options.find
  }

  /**
   * Handles received bytes; keeps no reference to them. Throws `bad-message` if the other side
   * follows neither protocol, if the policy forbids the one it uses, or if it asks for an unknown
   * torrent.
   */
  receive(bytes: Uint8Array): EncryptionStep {
    if (this.#state === 'done') throw new ShoalError('bad-argument', 'The encryption handshake is over')
    this.#buffer.push(bytes)
    let send: Uint8Array | null = null
    if (this.#state === 'detect') {
      const detected = this.#detect()
      if (detected) return detected
    }
    if (this.#state === 'key') {
      send = this.#exchangeKeys()
      if (!send) return WAITING
    }
    if (this.#state === 'sync' && this.#buffer.skipPast(this.#req1)) this.#state = 'torrent'
    if (this.#state === 'torrent') this.#readTorrent()
    if (this.#state === 'offer') this.#readOffer()
    if (this.#state === 'pad') this.#readPad()
    if (this.#state !== 'payload') return { send, done: null }
    const payload = this.#buffer.take(this.#payloadBytes)
    if (!payload) return { send, done: null }
    const answer = this.#answer()
    return { send: send ? concat([send, answer]) : answer, done: this.#finish(payload) }
  }

  #detect(): EncryptionStep | null {
    const start = this.#buffer.peek()
    if (!startsLikeHandshake(start)) {
      if (this.#policy === 'plain') throw refuse('the policy allows only plain connections')
      this.#state = 'key'
      return null
    }
    if (start.length < PROTOCOL_PREFIX.length) return WAITING
    if (this.#policy === 'require')
      throw refuse('the policy requires encryption and the peer sent a plain handshake')
    this.#state = 'done'
    return {
      send: null,
      done: { method: 'none', infoHash: null, ciphers: null, received: start, binding: null },
    }
  }

  /** Steps 1 and 2. */
  #exchangeKeys(): Uint8Array | null {
    const publicKey = this.#buffer.take(KEY_BYTES)
    if (!publicKey) return null
    const keys = new KeyExchange(this.#random)
    this.#secret = keys.secretWith(publicKey)
    this.#binding = encryptionBinding(publicKey, keys.publicKey, this.#secret)
    this.#req1 = hashReq1(this.#secret)
    this.#state = 'sync'
    return keyWithPadding(keys.publicKey, this.#random)
  }

  #readTorrent(): void {
    const masked = this.#buffer.take(20)
    if (!masked) return
    const infoHash = this.#find(xorReq3(masked, this.#secret))
    if (!infoHash) throw refuse('it asked for an unknown torrent')
    this.#infoHash = infoHash
    this.#decrypt = cipher('keyA', this.#secret, infoHash)
    this.#encrypt = cipher('keyB', this.#secret, infoHash)
    this.#state = 'offer'
  }

  #readOffer(): void {
    const head = this.#buffer.take(VC_BYTES + 6)
    if (!head) return
    this.#decrypt!.apply(head)
    for (let i = 0; i < VC_BYTES; i++) if (head[i] !== 0) throw refuse('its verification constant is wrong')
    const provided = readU32(head, VC_BYTES)
    const allowed = provided & (this.#policy === 'require' ? CRYPTO_RC4 : CRYPTO_RC4 | CRYPTO_PLAIN)
    if (allowed === 0) throw refuse('it offers no method that the policy allows')
    this.#select = allowed & CRYPTO_PLAIN ? CRYPTO_PLAIN : CRYPTO_RC4
    this.#padBytes = readU16(head, VC_BYTES + 4)
    if (this.#padBytes > MAX_PAD_BYTES) throw refuse('its padding is too long')
    this.#state = 'pad'
  }

  #readPad(): void {
    const pad = this.#buffer.take(this.#padBytes + 2)
    if (!pad) return
    this.#decrypt!.apply(pad)
    this.#payloadBytes = readU16(pad, this.#padBytes)
    this.#state = 'payload'
  }

  /** Step 4. */
  #answer(): Uint8Array {
    const pad = zeroPadding(this.#random)
    const answer = new Uint8Array(VC_BYTES + 6 + pad.length)
    writeU32(answer, VC_BYTES, this.#select)
    writeU16(answer, VC_BYTES + 4, pad.length)
    this.#encrypt!.apply(answer)
    return answer
  }

  /** The initial payload is always encrypted; the stream after it is only if RC4 was selected. */
  #finish(payload: Uint8Array): EncryptionOutcome {
    const decrypt = this.#decrypt!
    const rest = this.#buffer.peek()
    const encrypted = this.#select === CRYPTO_RC4
    decrypt.apply(payload)
    if (encrypted) decrypt.apply(rest)
    this.#state = 'done'
    return {
      method: encrypted ? 'rc4' : 'plain',
      infoHash: this.#infoHash,
      ciphers: encrypted ? { encrypt: this.#encrypt!, decrypt } : null,
      received: concat([payload, rest]),
      binding: this.#binding,
    }
  }
}
