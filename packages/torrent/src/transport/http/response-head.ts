import { latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'

/**
 * Limit of the status line and headers of a response, including interim ones (1xx). Real servers
 * send less than one kilobyte.
 */
export const MAX_HEAD_BYTES = 32 * 1024

const PART_BYTES = 512
const MAX_INTERIM = 16

/** Tokens and field values (RFC 9110, 5.6.2 and 5.5). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const BROKEN_VALUE = /[\r\n\0]/

/** The head of an HTTP/1 response (RFC 9112). */
export interface ResponseHead {
  readonly status: number
  /** HTTP/1.1 or later 1.x, whose connections stay open by default. */
  readonly persistent: boolean
  /** By lower-case name. Values of repeated headers are joined with `, `. */
  readonly headers: ReadonlyMap<string, string>
}

/**
 * Collects the head of one response from the bytes of a connection. Skips interim responses (1xx).
 */
export class HeadReader {
  #text = ''
  #seenBytes = 0
  #interim = 0
  #head: ResponseHead | null = null

  get head(): ResponseHead | null {
    return this.#head
  }

  /** Whether any byte has arrived. */
  get begun(): boolean {
    return this.#seenBytes > 0
  }

  /**
   * Consumes bytes up to the end of the head and returns their number. Throws `bad-message` if the
   * head is malformed or too long.
   */
  push(bytes: Uint8Array): number {
    let used = 0
    while (!this.#head && used < bytes.length) {
      const room = MAX_HEAD_BYTES - this.#seenBytes
      if (room === 0) throw bad(`the head of its answer is longer than ${MAX_HEAD_BYTES} bytes`)
      // In small parts, so that the body after the head is not decoded as text.
      used += this.#take(bytes.subarray(used, used + Math.min(room, PART_BYTES)))
    }
    return used
  }

  #take(bytes: Uint8Array): number {
    const before = this.#text.length
    this.#text += latin1(bytes)
    const end = this.#text.indexOf('\r\n\r\n', Math.max(0, before - 3))
    if (end < 0) {
      this.#seenBytes += bytes.length
      if (!'HTTP/1.'.startsWith(this.#text.slice(0, 7))) throw bad('it does not speak HTTP/1')
      return bytes.length
    }
    const used = end + 4 - before
    this.#seenBytes += used
    const head = parseHead(this.#text.slice(0, end))
    this.#text = ''
    // RFC 9110, 15.2: interim responses may come at any time. 101 would switch protocols, which we
    // did not request.
    if (head.status >= 200 || head.status === 101) this.#head = head
    else if (++this.#interim > MAX_INTERIM) throw bad('it sends interim answers (1xx) without end')
    return used
  }
}

/** Parses a head without its final empty line. Throws `bad-message`. */
export function parseHead(text: string): ResponseHead {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.([0-9]) ([1-9][0-9]{2})(?: [^\r\n\0]*)?$/.exec(first)
  if (!status) throw bad('its answer does not begin with an HTTP/1 status')
  const headers = new Map<string, string>()
  for (const line of lines) {
    // RFC 9112, 5: no space before the colon, no folded lines. Lenient parsers have been exploited.
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    const value = line.slice(colon + 1)
    if (!TOKEN.test(name) || BROKEN_VALUE.test(value)) throw bad('a header of its answer is malformed')
    const before = headers.get(name)
    headers.set(name, before === undefined ? value.trim() : `${before}, ${value.trim()}`)
  }
  return { status: Number(status[2]), persistent: status[1] !== '0', headers }
}

/** Returns the error for a malformed response. */
export function bad(message: string): ShoalError {
  return new ShoalError('bad-message', message)
}
