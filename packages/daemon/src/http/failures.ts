/** The wire format of errors: `{ error: { code, message, field? } }`, with the status that the contract of the operation gives to the code. */
import type { Problem } from '@shoal/api'
import { type ErrorAnswer, type ErrorTable, USUAL_ERRORS } from '@shoal/api/errors'
import { withReason } from '@shoal/api/reasons'
import { AbsentCapability } from '../capability/capability.ts'
import { Failure } from '../failure.ts'

/** Fastify's own errors: the field at fault, and our message. */
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

/** The answers to the errors of a request. */
export interface Answers {
  /** Those of its operation. */
  readonly own?: ErrorTable | undefined
  /** Those of all operations of the program: an operation that does not list a code answers it as the others do. */
  readonly others?: ErrorTable | undefined
}

export interface Refusal {
  readonly status: number
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** An unexpected error: the log gets the details, the client none. */
  readonly unforeseen: boolean
  /** The code, if the operation does not list it, but others do: its contract lacks it. */
  readonly unlisted?: string
}

/** Turns any error into an answer. An error without one of our codes becomes `internal`, and reveals nothing of what happened inside. */
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
    // A program that asks for a feature that the server runs without has asked for a page that does not exist.
    status: error instanceof AbsentCapability ? 404 : answer.status,
    problem: { error: withReason({ code, message, ...(field === undefined ? {} : { field }) }) },
    headers: error instanceof HttpFailure ? error.headers : {},
    unforeseen: false,
    ...more,
  }
}

/** The answer to every other code that begins with `bad-`. */
const BAD: ErrorAnswer = { status: 400 }

function answerFor(
  code: string,
  { own, others }: Answers,
): { answer: ErrorAnswer; isListed: boolean } | null {
  for (const table of [own, USUAL_ERRORS, others])
    if (table && Object.hasOwn(table, code)) return { answer: table[code]!, isListed: table !== others }
  return /^bad-[a-z-]+$/.test(code) ? { answer: BAD, isListed: false } : null
}

/** An error with response headers of its own. */
export class HttpFailure extends Failure {
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, message: string, field: string, headers: Readonly<Record<string, string>>) {
    super(code, message, { field })
    this.headers = headers
  }
}

/** A malformed request. `field` is the member that is wrong, or `body`, `query`, `path`, or a header's name. */
export function badRequest(field: string, message: string): Failure {
  return new Failure('bad-request', message, { field })
}
