/**
 * Parses the target of a tracker's HTTP request (`/announce?info_hash=…`, BEP 3, 7, 23, 48) without
 * allocating anything.
 */
import { type Announce, EVENT, MAX_PEERS } from '../store.ts'

export const TARGET = { other: 0, announce: 1, scrape: 2 } as const

/** Maximum number of info hashes in one scrape. */
export const MAX_SCRAPE = 100
/** Maximum length of a target: a scrape with all info hashes, each byte percent-encoded. */
export const MAX_TARGET_BYTES = 8192
const DEFAULT_WANTED = 50
/** Bits: uploaded, downloaded, peer ID. */
const ALL_TRANSFERS = 7
const [MIN_PASSKEY, MAX_PASSKEY] = [8, 64] as const

const [PERCENT, AMPERSAND, EQUALS, QUESTION, SLASH] = [0x25, 0x26, 0x3d, 0x3f, 0x2f] as const

/** A parsed request target. One instance is reused for all requests. */
export class TrackerTarget {
  kind: (typeof TARGET)[keyof typeof TARGET] = TARGET.other
  /** Offsets of the passkey; equal if there is none. */
  passkeyFrom = 0
  passkeyTo = 0
  /** Offsets of the `ip` parameter. */
  addressFrom = 0
  addressTo = 0
  /** Whether to read the peer's transfers. Otherwise they are skipped. */
  wantsTransfers = false
  /** Whether the announce has a peer ID and the peer's upload and download. */
  hasTransfers = false
  /** BEP 23: false if the client requested a list of dictionaries. */
  isCompact = true
  /** Number of info hashes: one in an announce, any number in a scrape. */
  hashCount = 0
  readonly hashes = new Int32Array(MAX_SCRAPE * 5)
  /** Why the request is invalid, for display; empty if it is valid. */
  failure = ''
  #hasPort = false
  #transfers = 0

  /** Parses `bytes[from..to)` and fills in the announce: hash, port, isSeed, event, wanted. */
  read(bytes: Uint8Array, from: number, to: number, announce: Announce): void {
    this.kind = TARGET.other
    this.failure = ''
    this.hashCount = 0
    this.isCompact = true
    this.addressFrom = this.addressTo = 0
    this.#hasPort = false
    this.#transfers = 0
    const query = this.#readPath(bytes, from, to)
    if (this.kind === TARGET.other) return
    announce.port = 0
    announce.isSeed = false
    announce.event = EVENT.none
    announce.wanted = DEFAULT_WANTED
    for (let at = query; at < to && this.failure === ''; ) {
      let equals = at
      while (equals < to && bytes[equals] !== EQUALS && bytes[equals] !== AMPERSAND) equals++
      let end = equals
      while (end < to && bytes[end] !== AMPERSAND) end++
      if (bytes[equals] === EQUALS) this.#take(bytes, at, equals, end, announce)
      if (this.wantsTransfers && bytes[equals] === EQUALS)
        this.#takeTransfer(bytes, at, equals, end, announce)
      at = end + 1
    }
    this.hasTransfers = this.#transfers === ALL_TRANSFERS
    if (this.failure !== '' || this.kind === TARGET.scrape) return
    if (this.hashCount !== 1) this.failure = 'Exactly one info_hash is needed'
    else if (!this.#hasPort) this.failure = 'The port is missing'
    else for (let word = 0; word < 5; word++) announce.hash[word] = this.hashes[word]!
  }

  /**
   * Parses `/announce` or `/scrape`, with or without a passkey before it. Returns the offset of the
   * query.
   */
  #readPath(bytes: Uint8Array, from: number, to: number): number {
    let end = from
    let slash = from
    while (end < to && bytes[end] !== QUESTION) {
      if (bytes[end] === SLASH) slash = end
      end++
    }
    this.passkeyFrom = this.passkeyTo = 0
    if (slash > from) {
      if (bytes[from] !== SLASH || !isPasskey(bytes, from + 1, slash)) return end
      this.passkeyFrom = from + 1
      this.passkeyTo = slash
    }
    if (is(bytes, slash, end, '/announce')) this.kind = TARGET.announce
    else if (is(bytes, slash, end, '/scrape')) this.kind = TARGET.scrape
    return end + 1
  }

  #take(bytes: Uint8Array, from: number, equals: number, end: number, announce: Announce): void {
    const value = equals + 1
    switch (equals - from) {
      case 2:
        if (is(bytes, from, equals, 'ip')) this.#takeAddress(value, end)
        return
      case 4:
        if (is(bytes, from, equals, 'port')) this.#takePort(bytes, value, end, announce)
        else if (is(bytes, from, equals, 'left')) announce.isSeed = isZero(bytes, value, end)
        return
      case 5:
        if (is(bytes, from, equals, 'event')) announce.event = parseEvent(bytes, value, end)
        return
      case 7:
        if (is(bytes, from, equals, 'numwant')) {
          const wanted = number(bytes, value, end)
          announce.wanted = wanted < 0 ? DEFAULT_WANTED : Math.min(wanted, MAX_PEERS)
        } else if (is(bytes, from, equals, 'compact')) this.isCompact = !isZero(bytes, value, end)
        return
      case 9:
        if (is(bytes, from, equals, 'info_hash')) this.#takeHash(bytes, value, end)
    }
  }

  #takeTransfer(bytes: Uint8Array, from: number, equals: number, end: number, announce: Announce): void {
    if (is(bytes, from, equals, 'uploaded')) {
      announce.uploadedBytes = count(bytes, equals + 1, end)
      if (announce.uploadedBytes >= 0) this.#transfers |= 1
    } else if (is(bytes, from, equals, 'downloaded')) {
      announce.downloadedBytes = count(bytes, equals + 1, end)
      if (announce.downloadedBytes >= 0) this.#transfers |= 2
    } else if (is(bytes, from, equals, 'peer_id') && readEscaped(bytes, equals + 1, end, announce.peerId))
      this.#transfers |= 4
  }

  #takeAddress(from: number, to: number): void {
    this.addressFrom = from
    this.addressTo = to
  }

  #takePort(bytes: Uint8Array, from: number, to: number, announce: Announce): void {
    const port = number(bytes, from, to)
    this.#hasPort = port > 0 && port <= 0xffff
    if (this.#hasPort) announce.port = port
    else this.failure = 'The port is invalid'
  }

  /** 20 bytes, or 32 of a v2 hash, of which the first 20 count (BEP 52). */
  #takeHash(bytes: Uint8Array, from: number, to: number): void {
    if (this.hashCount === MAX_SCRAPE) {
      this.failure = `At most ${MAX_SCRAPE} torrents can be scraped at once`
      return
    }
    const base = this.hashCount * 5
    let count = 0
    for (let at = from; at < to; count++) {
      let byte = bytes[at]!
      if (byte === PERCENT) {
        byte = at + 2 < to ? (digit(bytes[at + 1]!) << 4) | digit(bytes[at + 2]!) : -1
        at += 3
      } else at++
      if (byte < 0) {
        count = -1
        break
      }
      if (count < 20) this.hashes[base + (count >> 2)] = (this.hashes[base + (count >> 2)]! << 8) | byte
    }
    if (count === 20 || count === 32) this.hashCount++
    else this.failure = 'The info_hash must have 20 bytes'
  }
}

const TRACKER_PATH = /^\/(?:[A-Za-z0-9]{8,64}\/)?(?:announce|scrape)(?:$|\?)/

/**
 * Returns true for `/announce` and `/scrape`, with or without a passkey before it and a query
 * behind it.
 */
export function isTrackerPath(target: string): boolean {
  return TRACKER_PATH.test(target)
}

function is(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false
  return true
}

function isPasskey(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < MIN_PASSKEY || to - from > MAX_PASSKEY) return false
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    const letter = code | 0x20
    if ((code < 0x30 || code > 0x39) && (letter < 0x61 || letter > 0x7a)) return false
  }
  return true
}

/**
 * Returns the value of a hexadecimal digit, or -1, which stays negative regardless of the bits
 * added to it.
 */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Parses an integer of up to nine digits. Returns -1 for anything else. */
function number(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 9) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    if (code < 0x30 || code > 0x39) return -1
    value = value * 10 + code - 0x30
  }
  return value
}

/** Parses a number of bytes, up to 2^53. Returns -1 for anything else. */
function count(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 16) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    if (code < 0x30 || code > 0x39) return -1
    value = value * 10 + (code - 0x30)
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1
}

/** Decodes percent-encoded bytes. Returns false unless they fill `into` exactly. */
function readEscaped(bytes: Uint8Array, from: number, to: number, into: Uint8Array): boolean {
  let length = 0
  for (let at = from; at < to; length++) {
    let byte = bytes[at]!
    if (byte === PERCENT) {
      byte = at + 2 < to ? (digit(bytes[at + 1]!) << 4) | digit(bytes[at + 2]!) : -1
      at += 3
    } else at++
    if (byte < 0 || length === into.length) return false
    into[length] = byte
  }
  return length === into.length
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0x30) return false
  return to > from
}

function parseEvent(bytes: Uint8Array, from: number, to: number): Announce['event'] {
  if (is(bytes, from, to, 'started')) return EVENT.started
  if (is(bytes, from, to, 'stopped')) return EVENT.stopped
  return is(bytes, from, to, 'completed') ? EVENT.completed : EVENT.none
}
