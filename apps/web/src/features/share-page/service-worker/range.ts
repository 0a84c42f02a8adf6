/** The bytes [start, end) of a file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Parses a Range header for a file of `lengthBytes` (RFC 9110, section 14.2): null for the whole file, also where the header is absent, of
 * another unit, malformed, or names several ranges; `unsatisfiable` where none of its bytes are there.
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
