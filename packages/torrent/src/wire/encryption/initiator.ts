import { concat, readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { KEY_BYTES, KeyExchange } from './diffie-hellman.ts'
import {
  CRYPTO_PLAIN,
  CRYPTO_RC4,
  cipher,
  type EncryptionOutcome,
  type EncryptionStep,
  encryptionBinding,
  HandshakeBuffer,
  hashReq1,
  keyWithPadding,
  MAX_PAD_BYTES,
  obfuscatedInfoHash,
  refuse,
  VC_BYTES,
  WAITING,
  xorReq3,
  zeroPadding,
} from './encryption.ts'
import type { Rc4 } from './rc4.ts'

/**
 * The side that opened the connection. Write `start()` to the connection, then pass everything that
 * arrives to `receive` until its step is done. Does no I/O: the caller owns the connection and its
 * time limit.
 */
export class EncryptionInitiator {
  readonly #infoHash: Uint8Array
  readonly #provide: number
  readonly #initialPayload: Uint8Array
  readonly #random: Random
  readonly #keys: KeyExchange
  readonly #buffer = new HandshakeBuffer()
  #state: 'key' | 'sync' | 'select' | 'pad' | 'done' = 'key'
  #encrypt: Rc4 | null = null
  #decrypt: Rc4 | null = null
  /** VC, encrypted as the other side does it. */
  #encryptedVc = new Uint8Array(0)
  #binding: Uint8Array | null = null
  #selected = 0
  #padBytes = 0

  /**
   * `infoHash`: 20 bytes. `policy`: offer plain text after the handshake too (`prefer`) or only RC4
   * (`require`). `initialPayload`: the first bytes of the stream, at most 65,535; sending the
   * BitTorrent handshake here saves a round trip. Throws `bad-argument` for other sizes.
   */
  constructor(options: {
    readonly infoHash: Uint8Array
    readonly policy: 'prefer' | 'require'
    readonly random: Random
    readonly initialPayload: Uint8Array
  }) {
    if (options.infoHash.length !== 20 || options.initialPayload.length > 65535)
      throw new ShoalError('bad-argument', 'The info hash must have 20 bytes and the payload at most 65,535')
    this.#infoHash = options.infoHash
    this.#provide = options.policy === 'require' ? CRYPTO_RC4 : CRYPTO_RC4 | CRYPTO_PLAIN
    this.#initialPayload = options.initialPayload
    this.#random = options.random
    this.#keys = new KeyExchange(options.random)
  }

  /** Step 1: returns the first bytes to write. */
  start(): Uint8Array {
    return keyWithPadding(this.#keys.publicKey, this.#random)
  }

  /**
   * Handles received bytes; keeps no reference to them. Throws `bad-message` if the other side does
   * not follow the protocol, which includes the common case that it does not support encryption.
   */
  receive(bytes: Uint8Array): EncryptionStep {
    if (this.#state === 'done') throw new ShoalError('bad-argument', 'The encryption handshake is over')
    this.#buffer.push(bytes)
    let send: Uint8Array | null = null
    if (this.#state === 'key') {
      const publicKey = this.#buffer.take(KEY_BYTES)
      if (!publicKey) return WAITING
      const secret = this.#keys.secretWith(publicKey)
      this.#binding = encryptionBinding(this.#keys.publicKey, publicKey, secret)
      send = this.#answer(secret)
      this.#state = 'sync'
    }
    if (this.#state === 'sync' && this.#buffer.skipPast(this.#encryptedVc)) this.#state = 'select'
    if (this.#state === 'select') this.#readSelect()
    const done = this.#state === 'pad' ? this.#finish() : null
    return { send, done }
  }

  /** Step 3. */
  #answer(secret: Uint8Array): Uint8Array {
    const encrypt = cipher('keyA', secret, this.#infoHash)
    const decrypt = cipher('keyB', secret, this.#infoHash)
    this.#encrypt = encrypt
    this.#decrypt = decrypt
    this.#encryptedVc = new Uint8Array(VC_BYTES)
    decrypt.apply(this.#encryptedVc)

    const pad = zeroPadding(this.#random)
    const encrypted = new Uint8Array(VC_BYTES + 6 + pad.length + 2 + this.#initialPayload.length)
    writeU32(encrypted, VC_BYTES, this.#provide)
    writeU16(encrypted, VC_BYTES + 4, pad.length)
    writeU16(encrypted, VC_BYTES + 6 + pad.length, this.#initialPayload.length)
    encrypted.set(this.#initialPayload, VC_BYTES + 6 + pad.length + 2)
    encrypt.apply(encrypted)
    return concat([hashReq1(secret), xorReq3(obfuscatedInfoHash(this.#infoHash), secret), encrypted])
  }

  /** Step 4 after VC. */
  #readSelect(): void {
    const head = this.#buffer.take(6)
    if (!head) return
    this.#decrypt!.apply(head)
    this.#selected = readU32(head, 0)
    this.#padBytes = readU16(head, 4)
    if (this.#selected !== CRYPTO_PLAIN && this.#selected !== CRYPTO_RC4)
      throw refuse('it selected no method or several')
    if ((this.#selected & this.#provide) === 0) throw refuse('it selected a method that was not offered')
    if (this.#padBytes > MAX_PAD_BYTES) throw refuse('its padding is too long')
    this.#state = 'pad'
  }

  #finish(): EncryptionOutcome | null {
    const pad = this.#buffer.take(this.#padBytes)
    if (!pad) return null
    const decrypt = this.#decrypt!
    decrypt.apply(pad)
    this.#state = 'done'
    const received = this.#buffer.peek()
    const encrypted = this.#selected === CRYPTO_RC4
    if (encrypted) decrypt.apply(received)
    return {
      method: encrypted ? 'rc4' : 'plain',
      infoHash: this.#infoHash,
      ciphers: encrypted ? { encrypt: this.#encrypt!, decrypt } : null,
      received,
      binding: this.#binding,
    }
  }
}
