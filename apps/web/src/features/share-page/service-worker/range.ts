/** The bytes [start, end) of a file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Parses a Range header for a file of `lengthBytes` (RFC 9110, section 14.2). Returns null for the
 * whole file: if the header is absent, has another unit, is malformed, or names several ranges.
 * Returns `unsatisfiable` if the file has none of the bytes.
 */
export function parseRange(header: string | null, lengthBytes: number): ByteRange | null | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') {
    const wanted = Math.min(Number(last), lengthBytes)
    return wanted === 0 ? 'unsatisfiable' : { start: lengthBytes - wanted, end: lengthBytes }
  }
  const start = Number(first)
  if (start >= lengthBytes) return 'unsatisfiable'
  if (last === '') return { start, end: lengthBytes }
  return Number(last) < start ? null : { start, end: Math.min(Number(last) + 1, lengthBytes) }
}
