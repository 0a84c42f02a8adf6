import { HttpFailure } from '@shoal/daemon/http'

/** The bytes [start, end). */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Parses a `Range` header (RFC 9110 section 14.2) for content of this length. Returns null for the
 * entire content: without a header, for another unit, an invalid value, or several ranges, to which
 * a server can respond with everything. Throws `range-not-satisfiable` if it begins past the end.
 */
export function parseRange(header: string | undefined, lengthBytes: number): ByteRange | null {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '')
  if (!match || header!.length > 100) return null
  const [first, last] = [match[1]!, match[2]!]
  if (first === '') return last === '' ? null : lastBytes(Number(last), lengthBytes)
  const start = Number(first)
  const end = last === '' ? lengthBytes : Math.min(Number(last) + 1, lengthBytes)
  if (last !== '' && Number(last) < start) return null
  if (start >= lengthBytes) throw notSatisfiable(lengthBytes)
  return { start, end }
}

function lastBytes(count: number, lengthBytes: number): ByteRange {
  if (count === 0 || lengthBytes === 0) throw notSatisfiable(lengthBytes)
  return { start: Math.max(0, lengthBytes - count), end: lengthBytes }
}

/** RFC 9110 section 15.5.17: the response states the content's length. */
function notSatisfiable(lengthBytes: number): HttpFailure {
  return new HttpFailure('range-not-satisfiable', `the file has ${lengthBytes} bytes`, 'range', {
    'content-range': `bytes */${lengthBytes}`,
  })
}
