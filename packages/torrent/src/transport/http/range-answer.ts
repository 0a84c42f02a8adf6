import { RangeFailure, type RangeRequest } from './http-ranges.ts'

/** The longest that a server may ask us to stay away. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000

/** A server that sends only whole files is read from the start if the range begins no later than this, so that it can serve small files. */
export const MAX_SKIPPED_BYTES = 4 << 20

/** The parts of a response that decide, whichever client read it. */
export interface AnswerHead {
  readonly status: number
  /** Value of a header by lower-case name, null or undefined when it is absent. */
  header(name: string): string | null | undefined
}

/**
 * Judges the head of a final answer (no redirect) to a request for a range (RFC 9110, 14). Returns how many bytes of its body come before
 * those that were asked for: at most MAX_SKIPPED_BYTES. Throws a RangeFailure that says what is wrong.
 */
export function checkAnswer(answer: AnswerHead, request: RangeRequest, unixMs: number): number {
  const { status } = answer
  if (status !== 200 && status !== 206) throw refusal(answer, unixMs)
  const coding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  // Ranges of compressed bytes are of no use, and we asked for none.
  if (coding !== 'identity' && coding !== '')
    throw new RangeFailure('server-gone', `it sends files compressed (${coding.slice(0, 20)}), unasked`)
  if (status === 200) return checkWhole(answer.header('content-length'), request)
  checkContentRange(answer.header('content-range') ?? '', request)
  return 0
}

function checkContentRange(text: string, { start, lengthBytes, fileBytes }: RangeRequest): void {
  const match = /^bytes\s+([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/i.exec(text.trim())
  if (!match) throw new RangeFailure('server-gone', 'it answers with ranges that cannot be read')
  checkLength(match[3] === '*' ? fileBytes : Number(match[3]), fileBytes)
  if (Number(match[1]) !== start || Number(match[2]) !== start + lengthBytes - 1)
    throw new RangeFailure('server-gone', `it answers with other bytes (${match[0]}) than it was asked for`)
}

/** A server that knows no ranges sends everything: of use where what we want comes early. */
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

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. Milliseconds from now, at most a day; 0 for nonsense. */
export function parseRetryAfter(value: string | null | undefined, unixMs: number): number {
  const text = value?.trim() ?? ''
  if (/^[0-9]{1,9}$/.test(text)) return Math.min(MAX_RETRY_AFTER_MS, Number(text) * 1000)
  const date = /^[A-Za-z]{3},/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, Math.min(MAX_RETRY_AFTER_MS, date - unixMs))
}
