import { parseIp } from './ip.ts'
import { type IpRanges, IpRangesBuilder, MAX_IP_RANGES, networkRange } from './ip-ranges.ts'

/** The formats of lists of addresses, recognized line by line, so that one file may mix them. */

/** A line that could not be read. */
export interface BadLine {
  /** Line number, from 1. */
  readonly line: number
  /** Its first 100 characters, printable. */
  readonly text: string
}

/** A list of addresses, as read from a file. */
export interface IpFilter {
  readonly ranges: IpRanges
  /** Lines that name addresses of the list. */
  readonly rules: number
  /** Lines that could not be read, and the first of them. */
  readonly badLines: number
  readonly firstBad: readonly BadLine[]
}

/**
 * The content of a line: addresses of the list, nothing (a comment, or addresses that a .dat file
 * allows), or something unreadable.
 */
export type LineKind = 'range' | 'none' | 'bad'

const MAX_LINE_CHARACTERS = 4096
const SHOWN_BAD_LINES = 10
const SHOWN_CHARACTERS = 100
/** Control, format and line break characters: the line may be shown on a terminal. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu
/** eMule's ipfilter.dat: addresses with a higher access level are allowed. */
const HIGHEST_BLOCKED_LEVEL = 127
/** Two IPv6 addresses with IPv4 tails, and a separator; longer text before a range is its name. */
const MAX_ADDRESS_CHARACTERS = 45

/** U+FEFF encoded in UTF-8, decoded or read byte by byte. */
const BYTE_ORDER_MARK = /^(?:\ufeff|\u00ef\u00bb\u00bf)/

/** Reads a list that arrives in parts of any size. Bad lines are counted and never end it. */
export class IpFilterParser {
  readonly #ranges = new IpRangesBuilder()
  readonly #firstBad: BadLine[] = []
  #rest = ''
  #isLineTooLong = false
  #line = 0
  #rules = 0
  #badLines = 0

  push(text: string): void {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#endLine(this.#rest + text.slice(from, end))
      this.#rest = ''
      from = end + 1
    }
    this.#rest += text.slice(from)
    if (this.#rest.length <= MAX_LINE_CHARACTERS) return
    this.#isLineTooLong = true
    this.#rest = this.#rest.slice(0, SHOWN_CHARACTERS)
  }

  end(): IpFilter {
    if (this.#rest !== '') this.#endLine(this.#rest)
    const ranges = this.#ranges.build()
    return { ranges, rules: this.#rules, badLines: this.#badLines, firstBad: this.#firstBad }
  }

  #endLine(text: string): void {
    this.#line++
    const isReadable =
      !this.#isLineTooLong && text.length <= MAX_LINE_CHARACTERS && this.#rules < MAX_IP_RANGES
    const bare = this.#line === 1 ? text.replace(BYTE_ORDER_MARK, '') : text
    const kind = isReadable ? parseFilterLine(bare, this.#ranges) : 'bad'
    this.#isLineTooLong = false
    if (kind === 'range') this.#rules++
    if (kind !== 'bad') return
    this.#badLines++
    if (this.#firstBad.length < SHOWN_BAD_LINES)
      this.#firstBad.push({ line: this.#line, text: shownLine(bare) })
  }
}

/**
 * Reads one line and adds its addresses: an address, `first-last`, a network (`10.0.0.0/8`), a line
 * of eMule's .dat (`first - last , level , name`) or of PeerGuardian's .p2p (`name:first-last`).
 * Numbers may have leading zeros, as in .dat files.
 */
export function parseFilterLine(line: string, ranges: IpRangesBuilder): LineKind {
  const text = line.trim()
  if (text === '' || /^[#;]|^\/\//.test(text)) return 'none'
  // Almost all lines of large lists are IPv4 ranges with or without a name before them.
  const ipv4 = parseIpv4Range(text, 0, ranges)
  if (ipv4 !== 'bad') return ipv4
  const plain = parsePlain(text, ranges)
  if (plain !== 'bad') return plain
  const named = parseIpv4Range(text, text.lastIndexOf(':') + 1, ranges)
  return named === 'bad' ? parseNamed(text, ranges) : named
}

/** `first-last` at `from`, with or without an access level after it. */
function parseIpv4Range(text: string, from: number, ranges: IpRangesBuilder): LineKind {
  const first = scanIpv4(text, from)
  if (first < 0) return 'bad'
  const hyphen = skipSpaces(text, from + (first % LENGTHS))
  if (text.charCodeAt(hyphen) !== HYPHEN) return 'bad'
  const lastStart = skipSpaces(text, hyphen + 1)
  const last = scanIpv4(text, lastStart)
  const [firstAddress, lastAddress] = [Math.floor(first / LENGTHS), Math.floor(last / LENGTHS)]
  if (last < 0 || lastAddress < firstAddress) return 'bad'
  const after = skipSpaces(text, lastStart + (last % LENGTHS))
  const isAllowed = isAllowedLevel(text, after)
  if (isAllowed === null) return 'bad'
  if (!isAllowed) ranges.addIpv4(firstAddress, lastAddress)
  return isAllowed ? 'none' : 'range'
}

/** An address, a network, or an IPv6 range, with or without an access level after it. */
function parsePlain(text: string, ranges: IpRangesBuilder): LineKind {
  const [, first = '', bits, last, rest = ''] = PLAIN.exec(text) ?? []
  const from = readAddress(first)
  if (!from) return 'bad'
  const isAllowed = isAllowedLevel(text, text.length - rest.length)
  if (isAllowed === null) return 'bad'
  const range = bits === undefined ? [from, readAddress(last ?? first)] : networkRange(from, Number(bits))
  if (!range?.[1]) return 'bad'
  return isAllowed ? 'none' : addRange(ranges, range[0]!, range[1])
}

const PLAIN = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3})|[ \t]*-[ \t]*([0-9a-fA-F:.]{2,45}))?[ \t]*(.*)$/

/** `name:first-last` with IPv6 addresses. The name may contain colons and hyphens. */
function parseNamed(text: string, ranges: IpRangesBuilder): LineKind {
  const hyphen = text.lastIndexOf('-')
  const last = readAddress(text.slice(hyphen + 1).trim())
  if (hyphen < 0 || !last) return 'bad'
  const named = text.slice(0, hyphen).trimEnd()
  // The longest text after a colon that is an address.
  let colon = named.indexOf(':', named.length - MAX_ADDRESS_CHARACTERS - 1)
  for (; colon >= 0; colon = named.indexOf(':', colon + 1)) {
    const first = readAddress(named.slice(colon + 1).trim())
    if (first) return addRange(ranges, first, last)
  }
  return 'bad'
}

/**
 * Whether the access level that follows a range in .dat files allows it; null if something else
 * follows.
 */
function isAllowedLevel(text: string, at: number): boolean | null {
  if (at >= text.length || text.charCodeAt(at) === HASH) return false
  if (text.charCodeAt(at) !== COMMA) return null
  return Number.parseInt(text.slice(at + 1, at + 12), 10) > HIGHEST_BLOCKED_LEVEL
}

function shownLine(text: string): string {
  const safe = readUtf8(text.trim().slice(0, 2 * SHOWN_CHARACTERS))
    .replace(/\t/g, ' ')
    .replace(UNPRINTABLE, '\ufffd')
  const characters = [...safe]
  return characters.length > SHOWN_CHARACTERS
    ? `${characters.slice(0, SHOWN_CHARACTERS - 1).join('')}…`
    : safe
}

/** Returns the text decoded as UTF-8 if it was read byte by byte and is valid UTF-8. */
function readUtf8(text: string): string {
  const bytes = Uint8Array.from(text, character => character.charCodeAt(0))
  if ([...bytes.keys()].some(at => bytes[at] !== text.charCodeAt(at))) return text
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return text
  }
}

function addRange(ranges: IpRangesBuilder, first: Uint8Array, last: Uint8Array): LineKind {
  return ranges.add(first, last) ? 'range' : 'bad'
}

function readAddress(text: string): Uint8Array | null {
  if (text.includes(':')) return parseIp(text)
  const scanned = scanIpv4(text, 0)
  if (scanned < 0 || scanned % LENGTHS !== text.length) return null
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Math.floor(scanned / LENGTHS))
  return bytes
}

const [HASH, COMMA, HYPHEN, DOT, ZERO] = [35, 44, 45, 46, 48]
/** An IPv4 address has fewer characters. */
const LENGTHS = 16

/**
 * Reads four numbers of one to three digits, always decimal. Returns `LENGTHS` times the address,
 * plus the number of characters; or -1. A pair of results would be an object per line.
 */
function scanIpv4(text: string, from: number): number {
  let address = 0
  let at = from
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== DOT) return -1
    const start = at
    let value = 0
    for (
      let digit = text.charCodeAt(at) - ZERO;
      digit >= 0 && digit <= 9;
      digit = text.charCodeAt(++at) - ZERO
    )
      value = value * 10 + digit
    if (at === start || at > start + 3 || value > 255) return -1
    address = address * 256 + value
  }
  return address * LENGTHS + (at - from)
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++
  return at
}
