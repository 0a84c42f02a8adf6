import { bad, type ResponseHead } from './response-head.ts'

/**
 * Limits of the length line of a chunk with its extensions, and of all trailers (RFC 9112, 7.1).
 */
const MAX_LINE_BYTES = 4096
const MAX_TRAILER_BYTES = 16 * 1024

const SIZE = 0
const DATA = 1
const AFTER_DATA = 2
const TRAILER = 3
const DONE = 4

const CR = 0x0d
const LF = 0x0a

/** Reads the body of one HTTP/1 response from the bytes of a connection (RFC 9112, 6.3). */
export class BodyReader {
  /** The framing of the body: by its length, in chunks, or by the end of the connection. */
  readonly framing: 'length' | 'chunked' | 'close'
  #state: number
  /** Remaining bytes of the chunk or of the entire body. */
  #left = 0
  #line = ''
  #trailerBytes = 0

  /** Throws `bad-message` if the framing of the body is ambiguous. */
  constructor({ status, headers }: Pick<ResponseHead, 'status' | 'headers'>) {
    const coding = headers.get('transfer-encoding')
    const length = headers.get('content-length')
    this.#state = DATA
    if (status === 204 || status === 304) this.framing = 'length'
    else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked' || length !== undefined)
        throw bad(`its answer is framed in a way that nobody asked for (${coding.slice(0, 40)})`)
      this.framing = 'chunked'
      this.#state = SIZE
    } else if (length !== undefined) {
      if (!/^[0-9]{1,15}$/.test(length))
        throw bad(`its answer has an impossible length (${length.slice(0, 40)})`)
      this.framing = 'length'
      this.#left = Number(length)
    } else {
      this.framing = 'close'
      this.#left = Number.POSITIVE_INFINITY
    }
    if (this.#left === 0 && this.framing === 'length') this.#state = DONE
  }

  /** Whether the complete body was read. Never true for a body that ends with the connection. */
  get isDone(): boolean {
    return this.#state === DONE
  }

  /**
   * Reads more bytes and passes the body to `onData`. Returns how many bytes it consumed. Throws
   * `bad-message` for malformed chunks.
   */
  push(bytes: Uint8Array, onData: (bytes: Uint8Array) => void): number {
    let at = 0
    while (at < bytes.length && this.#state !== DONE) {
      if (this.#state !== DATA) {
        this.#byte(bytes[at++]!)
        continue
      }
      const count = Math.min(this.#left, bytes.length - at)
      this.#left -= count
      at += count
      if (this.#left === 0) this.#state = this.framing === 'chunked' ? AFTER_DATA : DONE
      onData(bytes.subarray(at - count, at))
    }
    return at
  }

  /** Reads one byte between chunks. */
  #byte(byte: number): void {
    if (byte !== LF) {
      if (this.#line.length >= MAX_LINE_BYTES) throw bad('a chunk of its answer has an endless head')
      this.#line += String.fromCharCode(byte)
      return
    }
    if (this.#line.charCodeAt(this.#line.length - 1) !== CR) throw bad('a chunk of its answer is malformed')
    const line = this.#line.slice(0, -1)
    this.#line = ''
    if (this.#state === SIZE) this.#size(line)
    else if (this.#state === TRAILER) this.#trailer(line)
    else if (line !== '') throw bad('a chunk of its answer is longer than it says')
    else this.#state = SIZE
  }

  #size(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line)
    if (!match) throw bad('a chunk of its answer has no length')
    this.#left = Number.parseInt(match[1]!, 16)
    this.#state = this.#left === 0 ? TRAILER : DATA
  }

  #trailer(line: string): void {
    this.#trailerBytes += line.length + 2
    if (this.#trailerBytes > MAX_TRAILER_BYTES) throw bad('its answer ends in endless headers')
    if (line === '') this.#state = DONE
  }
}
