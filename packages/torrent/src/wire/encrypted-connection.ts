import type { Connection, ConnectionHandler, PeerAddress, TransportKind } from '../transport/transport.ts'
import type { Rc4 } from './encryption/rc4.ts'
import { type Slab, takeSlab } from './slab.ts'

/**
 * A connection that encrypts what is written and decrypts what arrives by RC4. If the encryption
 * handshake selects plain text, the inner connection is used directly instead.
 *
 * Incoming bytes are decrypted in place, in the transport's own buffer. Outgoing bytes may be
 * shared (a cached block goes to several peers), so they are encrypted into a buffer of this
 * connection.
 */
export class EncryptedConnection implements Connection {
  channelBinding?: Uint8Array
  readonly #inner: Connection
  readonly #encrypt: Rc4
  readonly #decrypt: Rc4
  /** Collects small writes one after another; null while nothing is being sent. */
  #slab: Slab | null = null

  constructor(inner: Connection, ciphers: { readonly encrypt: Rc4; readonly decrypt: Rc4 }) {
    this.#inner = inner
    this.#encrypt = ciphers.encrypt
    this.#decrypt = ciphers.decrypt
  }

  get kind(): TransportKind {
    return this.#inner.kind
  }

  get remote(): PeerAddress {
    return this.#inner.remote
  }

  get incoming(): boolean {
    return this.#inner.incoming
  }

  get isSecure(): boolean {
    return this.#inner.isSecure
  }

  get dialableAddress(): PeerAddress | null {
    return this.#inner.dialableAddress
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  start(handler: ConnectionHandler): void {
    const decrypt = this.#decrypt
    this.#inner.start({
      onData(bytes) {
        decrypt.apply(bytes)
        handler.onData(bytes)
      },
      onDrain: () => handler.onDrain(),
      onClose: error => handler.onClose(error),
    })
  }

  /** As in the contract, but `bytes` may change as soon as this returns. */
  write(bytes: Uint8Array, onSent?: () => void): void {
    const slab = this.#slabWith(bytes.length)
    const target = slab.take(bytes.length)
    this.#encrypt.apply(bytes, target)
    this.#inner.write(target, () => {
      if (slab.release() && slab === this.#slab) this.#slab = null
      onSent?.()
    })
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  close(graceful?: boolean): void {
    this.#inner.close(graceful)
  }

  #slabWith(count: number): Slab {
    // A full slab is freed once all of it has been sent.
    if (this.#slab === null || this.#slab.room < count) this.#slab = takeSlab(count)
    return this.#slab
  }
}
