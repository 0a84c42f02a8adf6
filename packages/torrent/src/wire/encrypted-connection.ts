import type { Connection, ConnectionHandler, PeerAddress, TransportKind } from '../transport/transport.ts'
import type { Rc4 } from './encryption/rc4.ts'
import { type Slab, takeSlab } from './slab.ts'

/**
 * A connection whose bytes are encrypted: what is written by `encrypt`, what arrives by `decrypt`. Only full RC4 needs one; where the
 * handshake selected plain text, the pipe itself goes on.
 *
 * What arrives is decrypted in place, in the transport's own buffer. What is written may be shared (a block in the file cache goes to
 * several peers), so it is encrypted into a buffer of ours.
 */
export class EncryptedConnection implements Connection {
  readonly #inner: Connection
  readonly #encrypt: Rc4
  readonly #decrypt: Rc4
  /** Where small writes go one behind the other; null while nothing is on its way. */
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

  /** As the contract has it; the caller's bytes are copied at once. */
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

  /** The present slab, or another when it has no room. */
  #slabWith(count: number): Slab {
    // A full one frees itself once the last of it has left.
    if (this.#slab === null || this.#slab.room < count) this.#slab = takeSlab(count)
    return this.#slab
  }
}
