/**
 * Records of pax extended headers (POSIX.1-2017, pax): `length key=value\n`. The length is decimal
 * and covers the entire record.
 */
import { notAnArchive } from './header.ts'

const SPACE = 0x20
const EQUALS = 0x3d
const NEWLINE = 0x0a

export function writePax(records: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const bytes = new TextEncoder().encode(rest).length
    // The length includes its own digits.
    let length = bytes + String(bytes).length
    if (bytes + String(length).length > length) length++
    return length + rest
  })
  return new TextEncoder().encode(lines.join(''))
}

/** Parses records. Throws `not-an-archive`. */
export function parsePax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(SPACE, at)
    const digits = space < 0 ? '' : ascii(bytes.subarray(at, Math.min(space, at + 12)))
    const end = at + Number(digits)
    if (!/^[1-9]\d*$/.test(digits) || end > bytes.length || end <= space || bytes[end - 1] !== NEWLINE)
      throw notAnArchive()
    const equals = bytes.indexOf(EQUALS, space)
    if (equals < 0 || equals >= end) throw notAnArchive()
    const key = ascii(bytes.subarray(space + 1, equals))
    records.set(key, new TextDecoder().decode(bytes.subarray(equals + 1, end - 1)))
    at = end
  }
  return records
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 256))
}
