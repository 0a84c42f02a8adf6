/**
 * Parses the head of an HTTP/1.1 request (RFC 9112) without allocating anything. Strict: anything
 * unusual is malformed.
 */
import { isCrossSite } from '../access/caller.ts'

/** Longer heads are rejected. */
export const MAX_HEAD_BYTES = 16_384

const [CR, LF, SPACE, TAB, COLON] = [0x0d, 0x0a, 0x20, 0x09, 0x3a] as const

export const HEAD = { incomplete: 0, malformed: -1 } as const

/** One instance is reused for all requests. */
export class RequestHead {
  isGet = false
  targetFrom = 0
  targetTo = 0
  isKeptAlive = false
  isUpgrade = false
  hasBody = false
  /** Whether it has a header in which a proxy reports its client. */
  isForwarded = false
  /** Whether it comes from a page of another site (Fetch Metadata, section 2.3). */
  isCrossSite = false
  /** Offsets of the value of the last X-Forwarded-For header. */
  forwardedFrom = 0
  forwardedTo = 0
  /** Offsets of the value of the Host header; equal if there is none. */
  hostFrom = 0
  hostTo = 0

  /**
   * Parses the head at `from`. Returns the offset after it, HEAD.incomplete if bytes are missing,
   * or HEAD.malformed.
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    this.isUpgrade = this.hasBody = this.isForwarded = this.isCrossSite = false
    this.forwardedFrom = this.forwardedTo = this.hostFrom = this.hostTo = 0
    let line = this.#readRequestLine(bytes, from, to)
    while (line > 0) {
      if (line + 1 < to && bytes[line] === CR) return bytes[line + 1] === LF ? line + 2 : HEAD.malformed
      line = this.#readField(bytes, line, to)
    }
    return line
  }

  #readRequestLine(bytes: Uint8Array, from: number, to: number): number {
    let at = from
    // RFC 9110 section 9.1: methods are tokens; the relevant ones consist of letters.
    while (at < to && bytes[at]! >= 0x41 && bytes[at]! <= 0x5a) at++
    if (at === to) return at - from > 20 ? HEAD.malformed : HEAD.incomplete
    if (at === from || bytes[at] !== SPACE) return HEAD.malformed
    this.isGet =
      at - from === 3 && bytes[from] === 0x47 && bytes[from + 1] === 0x45 && bytes[from + 2] === 0x54
    this.targetFrom = ++at
    while (at < to && bytes[at]! > SPACE && bytes[at]! < 0x7f) at++
    if (at === to) return HEAD.incomplete
    if (at === this.targetFrom || bytes[at] !== SPACE) return HEAD.malformed
    this.targetTo = at
    if (at + 11 > to) return HEAD.incomplete
    // HTTP/1.0 or HTTP/1.1.
    const version = bytes[at + 8]!
    if (!startsWith(bytes, at + 1, 'HTTP/1.') || (version !== 0x30 && version !== 0x31)) return HEAD.malformed
    this.isKeptAlive = version === 0x31
    return bytes[at + 9] === CR && bytes[at + 10] === LF ? at + 11 : HEAD.malformed
  }

  #readField(bytes: Uint8Array, from: number, to: number): number {
    let colon = from
    while (colon < to && isToken(bytes[colon]!)) colon++
    if (colon === to) return HEAD.incomplete
    if (colon === from || bytes[colon] !== COLON)
      return bytes[from] === CR && from + 1 === to ? HEAD.incomplete : HEAD.malformed
    let end = colon + 1
    while (end < to && (bytes[end]! >= SPACE || bytes[end] === TAB)) end++
    if (end + 1 >= to) return end < to && bytes[end] !== CR ? HEAD.malformed : HEAD.incomplete
    if (bytes[end] !== CR || bytes[end + 1] !== LF) return HEAD.malformed
    this.#take(bytes, from, colon, end)
    return end + 2
  }

  #take(bytes: Uint8Array, from: number, colon: number, end: number): void {
    switch (colon - from) {
      case 4:
        if (!isWord(bytes, from, 'host')) return
        this.hostFrom = colon + 1
        this.hostTo = end
        return
      case 7:
        if (isWord(bytes, from, 'upgrade')) this.isUpgrade = has(bytes, colon, end, 'websocket')
        return
      case 9:
        if (isWord(bytes, from, 'x-real-ip') || isWord(bytes, from, 'forwarded')) this.isForwarded = true
        return
      case 10:
        if (!isWord(bytes, from, 'connection')) return
        if (has(bytes, colon, end, 'close')) this.isKeptAlive = false
        else if (has(bytes, colon, end, 'keep-alive')) this.isKeptAlive = true
        return
      case 14:
        if (isWord(bytes, from, 'content-length')) this.hasBody ||= !isZero(bytes, colon + 1, end)
        else if (isWord(bytes, from, 'sec-fetch-site'))
          this.isCrossSite ||= isCrossSite(decodeAscii(bytes.subarray(colon + 1, end)).trim())
        return
      case 15:
        if (!isWord(bytes, from, 'x-forwarded-for')) return
        this.isForwarded = true
        this.forwardedFrom = colon + 1
        this.forwardedTo = end
        return
      case 17:
        if (isWord(bytes, from, 'transfer-encoding')) this.hasBody = true
    }
  }
}

function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function startsWith(bytes: Uint8Array, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false
  return true
}

/** Compares case-insensitively. */
function isWord(bytes: Uint8Array, from: number, lower: string): boolean {
  for (let at = 0; at < lower.length; at++) {
    const code = bytes[from + at]!
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== lower.charCodeAt(at)) return false
  }
  return true
}

function has(bytes: Uint8Array, from: number, to: number, lower: string): boolean {
  for (let at = from; at + lower.length <= to; at++) if (isWord(bytes, at, lower)) return true
  return false
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0x30 && bytes[at] !== SPACE) return false
  return true
}

// RFC 9110 section 5.6.2.
const TOKEN = new Uint8Array(256)
for (const letter of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  TOKEN[letter.charCodeAt(0)] = 1

function isToken(code: number): boolean {
  return TOKEN[code] === 1
}

/**
 * Returns the headers of a parsed head as an object with lower-case names. Repeated headers are
 * joined with a comma.
 */
export function headerObject(bytes: Buffer, from: number, to: number): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const line of bytes.toString('latin1', from, to).split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
