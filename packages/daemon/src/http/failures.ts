/**
 * Wire format of errors: `{ error: { code, message, field? } }`, with the status that the
 * operation's contract assigns to the code.
 */
import type { Problem } from '@shoal/api'
import { type ErrorAnswer, type ErrorTable, USUAL_ERRORS } from '@shoal/api/errors'
import { withReason } from '@shoal/api/reasons'
import { AbsentCapability } from '../capability/capability.ts'
import { Failure } from '../failure.ts'

/** Fastify's own errors: the invalid field, and our message. */
const FASTIFY: Readonly<Record<string, readonly [code: string, field: string, message: string]>> = {
  FST_ERR_BAD_URL: ['bad-request', 'path', 'the path is not valid percent-encoded UTF-8'],
  FST_ERR_MAX_PARAM_LENGTH: ['bad-request', 'path', 'part of the path is too long'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'body', 'the body is too large'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad-request', 'body', 'the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad-request', 'body', 'the body is not JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'bad-request',
    'content-length',
    'the length of the body differs from content-length',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'content-type',
    'this type of body is not supported here',
  ],
  FST_ERR_CTP_INVALID_TYPE: [
    'unsupported-media-type',
    'content-type',
    'this type of body is not supported here',
  ],
}

/** Responses to the errors of a request. */
export interface Answers {
  /** Those of its operation. */
  readonly own?: ErrorTable | undefined
  /** Those of all operations of the program, for codes that an operation does not list. */
  readonly others?: ErrorTable | undefined
}

export interface Refusal {
  readonly status: number
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** An unexpected error: the details go to the log, none to the client. */
  readonly unforeseen: boolean
  /** The code, if only other operations list it: this one's contract lacks it. */
  readonly unlisted?: string
}

/**
 * Converts any error into a response. An error without a known code becomes `internal`, and reveals
 * no internals.
 */
export function toRefusal(error: unknown, answers: Answers = {}): Refusal {
  const { code, message, statusCode } = (error ?? {}) as Record<string, unknown>
  const known = typeof code === 'string' && Object.hasOwn(FASTIFY, code) ? FASTIFY[code] : undefined
  if (known) return refusal(new Failure(known[0], known[2], { field: known[1] }), USUAL_ERRORS[known[0]]!)
  const found = typeof code === 'string' ? answerFor(code, answers) : null
  if (found)
    return refusal(error as Failure, found.answer, found.isListed ? {} : { unlisted: code as string })
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return refusal(new Failure('bad-request', String(message)), BAD)
  return {
    status: 500,
    problem: { error: { code: 'internal', message: 'internal error: see the log' } },
    headers: {},
    unforeseen: true,
  }
}

function refusal(error: Failure, answer: ErrorAnswer, more: Pick<Refusal, 'unlisted'> = {}): Refusal {
  const { code, message } = error
  const field = typeof error.field === 'string' ? error.field : answer.field
  return {
    // Requesting a feature that the server runs without is like requesting a page that does not
    // exist.
    status: error instanceof AbsentCapability ? 404 : answer.status,
    problem: { error: withReason({ code, message, ...(field === undefined ? {} : { field }) }) },
    headers: error instanceof HttpFailure ? error.headers : {},
    unforeseen: false,
    ...more,
  }
}

/** Response to all other codes that begin with `bad-`. */
const BAD: ErrorAnswer = { status: 400 }

function answerFor(
  code: string,
  { own, others }: Answers,
): { answer: ErrorAnswer; isListed: boolean } | null {
  for (const table of [own, USUAL_ERRORS, others])
    if (table && Object.hasOwn(table, code)) return { answer: table[code]!, isListed: table !== others }
  return /^bad-[a-z-]+$/.test(code) ? { answer: BAD, isListed: false } : null
}

/** An error with its own response headers. */
export class HttpFailure extends Failure {
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, message: string, field: string, headers: Readonly<Record<string, string>>) {
    super(code, message, { field })
    this.headers = headers
  }
}

/**
 * A malformed request. `field` is the invalid member, or `body`, `query`, `path`, or a header's
 * name.
 */
export function badRequest(field: string, message: string): Failure {
  return new Failure('bad-request', message, { field })
}
