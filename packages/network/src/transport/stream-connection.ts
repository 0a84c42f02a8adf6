import type { PeerId, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Connection, ConnectionHandler, PeerAddress } from '@shoal/torrent'
import { utf8 } from '@shoal/torrent/base'
import { InputShare } from '@shoal/torrent/transport'

/**
 * Largest piece in which the writes of one turn are sent: each piece costs a frame of the
 * multiplexer.
 */
const PIECE_BYTES = 128 * 1024
/** Bytes received but not handled above which the stream is paused. */
const MAX_HELD_BYTES = 512 * 1024
/**
 * Most bytes that a paused stream can receive: yamux's largest window, and for WebRTC, which has
 * none, the data in flight.
 */
const MAX_UNREAD_BYTES = 17 * 1024 * 1024
/** Time limit of a graceful close if the peer does not read. */
const LINGER_MS = 3000

interface Queued {
  bytes: Uint8Array
  readonly onSent: (() => void) | undefined
}

export interface StreamFacts {
  readonly incoming: boolean
  readonly remote: PeerAddress
  readonly dialableAddress: PeerAddress | null
  readonly channelBinding: Uint8Array
}

/**
 * A libp2p stream as a connection of the engine. libp2p encrypts it, and authenticates the remote
 * by its key.
 */
export class StreamConnection implements Connection {
  readonly kind = 'libp2p'
  readonly isSecure = true
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly dialableAddress: PeerAddress | null
  readonly channelBinding: Uint8Array
  readonly #stream: Stream
  #handler: ConnectionHandler | undefined
  #queue: Queued[] = []
  #queuedBytes = 0
  #willFlush = false
  #held: Uint8Array[] = []
  #heldBytes = 0
  readonly #share = new InputShare()
  #isPaused = false
  #hasEnded = false
  #isEnding = false
  #linger: ReturnType<typeof setTimeout> | undefined
  #isClosed = false
  #error: Error | undefined

  constructor(stream: Stream, { incoming, remote, dialableAddress, channelBinding }: StreamFacts) {
    this.#stream = stream
    this.incoming = incoming
    this.remote = remote
    this.dialableAddress = dialableAddress
    this.channelBinding = channelBinding
    stream.maxReadBufferLength = MAX_UNREAD_BYTES
    stream.addEventListener('drain', this.#onDrain)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
  }

  get bufferedBytes(): number {
    return this.#queuedBytes
  }

  start(handler: ConnectionHandler): void {
    const isFirst = this.#handler === undefined
    this.#handler = handler
    if (this.#isClosed) return queueMicrotask(() => handler.onClose(this.#error))
    if (!isFirst) return
    this.#stream.addEventListener('message', this.#onMessage)
    // These events may have fired before.
    if (this.#stream.readableEnded) queueMicrotask(this.#onEnd)
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.#isClosed || this.#isEnding) return onSent?.()
    this.#queue.push({ bytes, onSent })
    this.#queuedBytes += bytes.length
    if (this.#willFlush) return
    this.#willFlush = true
    queueMicrotask(this.#flush)
  }

  pause(): void {
    this.#isPaused = true
    this.#setReading(false)
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    queueMicrotask(this.#deliver)
  }

  close(graceful = false): void {
    if (this.#isClosed) return
    if (!graceful) return this.#end(undefined)
    if (this.#isEnding) return
    this.#isEnding = true
    this.#linger = setTimeout(() => this.#end(undefined), LINGER_MS)
    if (!this.#willFlush) this.#flush()
  }

  readonly #onMessage = ({ data }: StreamMessageEvent) => {
    if (this.#isClosed) return
    this.#heldBytes += data.byteLength
    if (data instanceof Uint8Array) this.#held.push(data)
    else for (const bytes of data) this.#held.push(bytes)
    if (!this.#share.isWaiting) this.#deliver()
  }

  readonly #deliver = () => {
    let done = 0
    while (done < this.#held.length && !this.#isPaused && !this.#isClosed && !this.#share.isWaiting) {
      const bytes = this.#held[done]!
      const passed = this.#share.pass(bytes, this.#take)
      this.#heldBytes -= passed
      if (passed === bytes.length) done++
      else {
        this.#held[done] = bytes.subarray(passed)
        if (!this.#isPaused) this.#share.wait(this.#deliver)
      }
    }
    if (this.#isClosed) return
    if (done === this.#held.length) this.#held = []
    else this.#held.splice(0, done)
    if (this.#hasEnded && this.#held.length === 0 && this.#stream.readBufferLength === 0)
      return this.#finish()
    this.#setReading(!this.#isPaused && this.#heldBytes <= MAX_HELD_BYTES)
  }

  readonly #take = (bytes: Uint8Array) => {
    this.#handler!.onData(bytes)
    return !this.#isPaused && !this.#isClosed
  }

  #setReading(isReading: boolean): void {
    const { readStatus } = this.#stream
    try {
      if (isReading && readStatus === 'paused') this.#stream.resume()
      else if (!isReading && readStatus === 'readable') this.#stream.pause()
    } catch {
      // The remote no longer reads; an event reports that.
    }
  }

  /** Fills the stream until it applies backpressure. */
  readonly #flush = () => {
    this.#willFlush = false
    if (this.#isClosed) return
    const hadBytes = this.#queuedBytes > 0
    while (this.#queuedBytes > 0 && !this.#stream.writableNeedsDrain && this.#canWrite) this.#sendOne()
    if (this.#isClosed || this.#queuedBytes > 0) return
    if (this.#isEnding) this.#closeStream()
    else if (hadBytes) this.#handler?.onDrain()
  }

  get #canWrite(): boolean {
    return this.#stream.writeStatus === 'writable'
  }

  /**
   * Sends a copy: libp2p keeps the buffer until it is encrypted, and does not report when that is.
   */
  #sendOne(): void {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#queuedBytes))
    let length = 0
    let done = 0
    while (length < piece.length) {
      const next = this.#queue[done]!
      const part = next.bytes.subarray(0, piece.length - length)
      piece.set(part, length)
      length += part.length
      if (part.length < next.bytes.length) next.bytes = next.bytes.subarray(part.length)
      else done++
    }
    const sent = this.#queue.splice(0, done)
    this.#queuedBytes -= length
    for (const { onSent } of sent) onSent?.()
    if (!this.#isClosed && this.#canWrite) this.#stream.send(piece)
  }

  readonly #onDrain = () => {
    // The stream's own listener sends its buffer in a microtask.
    if (this.#willFlush) return
    this.#willFlush = true
    queueMicrotask(this.#flush)
  }

  #closeStream(): void {
    const stream = this.#stream
    stream.close({ signal: AbortSignal.timeout(LINGER_MS) }).catch(error => {
      stream.abort(error)
      this.#end(undefined)
    })
  }

  /** The remote has written its last byte. */
  readonly #onEnd = () => {
    if (!this.#handler) return
    this.#hasEnded = true
    if (!this.#share.isWaiting) this.#deliver()
  }

  readonly #onClose = ({ error, local }: StreamCloseEvent) => {
    if (this.#isClosed) return
    // Unread bytes are delivered first. A reset is the remote's way to close at once.
    if (!error && this.#stream.readBufferLength + this.#heldBytes > 0) this.#hasEnded = true
    else this.#end(local ? error : undefined)
  }

  /** All bytes have been read, and no more will follow. */
  #finish(): void {
    if (this.#stream.status === 'open' || this.#stream.status === 'closing') {
      this.#flush()
      this.#closeStream()
    }
    this.#end(undefined)
  }

  #end(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#error = error
    clearTimeout(this.#linger)
    const stream = this.#stream
    stream.removeEventListener('drain', this.#onDrain)
    stream.removeEventListener('end', this.#onEnd)
    stream.removeEventListener('close', this.#onClose)
    stream.removeEventListener('message', this.#onMessage)
    if (!this.#hasEnded) stream.abort(error ?? new Error('The connection was closed'))
    const unsent = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    this.#held = []
    for (const { onSent } of unsent) onSent?.()
    queueMicrotask(() => this.#handler?.onClose(error))
  }
}

/**
 * Channel binding of a stream (see `Connection.channelBinding`): a hash of both ends' PeerIds,
 * whose keys libp2p has verified. A man in the middle would have another PeerId.
 */
export function bindingOf(...ends: readonly PeerId[]): Uint8Array {
  const names = ends.map(peer => peer.toString()).sort()
  return sha256(utf8(`shoal/binding/libp2p\0${names.join('\0')}`))
}
