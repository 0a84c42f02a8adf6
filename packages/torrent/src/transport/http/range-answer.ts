import { RangeFailure, type RangeRequest } from './http-ranges.ts'

/** Longest `Retry-After` that is obeyed. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000

/**
 * A server that sends only complete files is read from the start if the range begins no later than
 * this, so that it can serve small files.
 */
export const MAX_SKIPPED_BYTES = 4 << 20

/** The parts of a response that matter, for any HTTP client. */
export interface AnswerHead {
  readonly status: number
  /** Returns the value of a header by its lower-case name; null or undefined if it is absent. */
  header(name: string): string | null | undefined
}

/**
 * A server that sends fewer bytes than this, and fewer than requested, twice in a row is not worth
 * its requests. Once says nothing: some send up to the next multiple of a size.
 */
const LEAST_PART_BYTES = 4096

export interface RangeAnswer {
  /** Body bytes before the requested ones: at most MAX_SKIPPED_BYTES. */
  readonly skipBytes: number
  /**
   * The requested bytes that it has, from the first: the server may prefer to send fewer (RFC 9110,
   * 15.3.7).
   */
  readonly lengthBytes: number
  /** Whether it is too small a part for another one like it to be accepted. */
  readonly isSmall: boolean
}

/**
 * Checks the head of a final response (no redirect) to a request for a range (RFC 9110, 14).
 * `before`: the answer with the part of the same range before this one. Throws a RangeFailure that
 * describes the problem.
 */
export function checkAnswer(
  answer: AnswerHead,
  request: RangeRequest,
  unixMs: number,
  before: RangeAnswer | null,
): RangeAnswer {
  const { status } = answer
  if (status !== 200 && status !== 206) throw refusal(answer, unixMs)
  const coding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  // Ranges of compressed bytes are useless, and we did not request compression.
  if (coding !== 'identity' && coding !== '')
    throw new RangeFailure('server-gone', `it sends files compressed (${coding.slice(0, 20)}), unasked`)
  if (status === 206) {
    const sent = checkContentRange(answer.header('content-range') ?? '', request)
    const isSmall = sent < request.lengthBytes && sent < LEAST_PART_BYTES
    if (isSmall && before?.isSmall)
      throw new RangeFailure('server-gone', `it sends fewer than ${LEAST_PART_BYTES} bytes at a time`)
    return { skipBytes: 0, lengthBytes: sent, isSmall }
  }
  const skipBytes = checkWhole(answer.header('content-length'), request)
  return { skipBytes, lengthBytes: request.lengthBytes, isSmall: false }
}

/** Returns the number of requested bytes that follow. */
function checkContentRange(text: string, { start, lengthBytes, fileBytes }: RangeRequest): number {
  const match = /^bytes\s+([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/i.exec(text.trim())
  if (!match) throw new RangeFailure('server-gone', 'it answers with ranges that cannot be read')
  checkLength(match[3] === '*' ? fileBytes : Number(match[3]), fileBytes)
  const sent = Number(match[2]) + 1 - start
  if (Number(match[1]) !== start || sent < 1 || sent > lengthBytes)
    throw new RangeFailure('server-gone', `it answers with other bytes (${match[0]}) than it was asked for`)
  return sent
}

/**
 * A server without support for ranges sends everything, which is acceptable if the requested bytes
 * come early.
 */
function checkWhole(length: string | null | undefined, { start, fileBytes }: RangeRequest): number {
  if (length && /^[0-9]{1,15}$/.test(length)) checkLength(Number(length), fileBytes)
  if (start > MAX_SKIPPED_BYTES)
    throw new RangeFailure(
      'file-gone',
      'it sends only the whole of a large file (it ignores the Range header)',
    )
  return start
}

function checkLength(length: number, expected: number): void {
  if (length === expected) return
  throw new RangeFailure(
    'file-gone',
    `it has another file of that name: of ${length} bytes, the torrent's has ${expected}`,
  )
}

function refusal(answer: AnswerHead, unixMs: number): RangeFailure {
  const { status } = answer
  const retryAfterMs = parseRetryAfter(answer.header('retry-after'), unixMs)
  switch (status) {
    case 410:
      return new RangeFailure('file-gone', 'the file was removed from it (410)')
    case 416:
      return new RangeFailure('file-gone', 'it has another file of that name, which is shorter (416)')
    case 408:
    case 425:
    case 429:
      return new RangeFailure('server-later', `it is busy (${status})`, { retryAfterMs })
    default:
      if (status >= 400 && status < 500)
        return new RangeFailure('file-later', `it does not give the file (${status})`, { retryAfterMs })
      return new RangeFailure('server-later', `it answers ${status}`, { retryAfterMs })
  }
}

/**
 * Parses `Retry-After` (RFC 9110, 10.2.3): seconds or a date. Returns milliseconds from now, at
 * most a day; 0 if it is malformed.
 */
export function parseRetryAfter(value: string | null | undefined, unixMs: number): number {
  const text = value?.trim() ?? ''
  if (/^[0-9]{1,9}$/.test(text)) return Math.min(MAX_RETRY_AFTER_MS, Number(text) * 1000)
  const date = /^[A-Za-z]{3},/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, Math.min(MAX_RETRY_AFTER_MS, date - unixMs))
}
