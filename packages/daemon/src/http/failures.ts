/** The wire format of errors: `{ error: { code, message, field? } }`, with a status for each code. */
import type { Problem } from '@shoal/api'
import { withReason } from '@shoal/api/reasons'
import { AbsentCapability } from '../capability/capability.ts'
import { Failure } from '../failure.ts'

const STATUS: Readonly<Record<string, number>> = {
  'ipfs-content-id': 400,
  'key-needed': 400,
  'not-a-torrent': 400,
  'not-sealed': 400,
  'passphrase-needed': 400,
  'slow-pattern': 400,
  'unknown-identifier': 400,
  'unsafe-path': 400,
  'weak-passphrase': 400,
  'bad-login': 401,
  'bad-passkey': 401,
  unauthorized: 401,
  'wrong-password': 401,
  forbidden: 403,
  'account-waiting': 403,
  'stale-login': 403,
  'forbidden-host': 403,
  'forbidden-origin': 403,
  'forbidden-path': 403,
  'not-allowed': 403,
  'no-permission': 403,
  'wrong-key': 403,
  'wrong-passphrase': 403,
  'not-found': 404,
  removed: 404,
  'method-not-allowed': 405,
  'address-in-use': 409,
  cancelled: 409,
  ambiguous: 409,
  conflict: 409,
  exists: 409,
  fixed: 409,
  full: 409,
  'in-use': 409,
  locked: 409,
  'no-metadata': 409,
  'no-devices': 409,
  'no-hub': 409,
  'no-network': 409,
  'no-passkeys': 409,
  'no-password': 409,
  moved: 410,
  'too-large': 413,
  'unsupported-media-type': 415,
  'range-not-satisfiable': 416,
  'too-many-attempts': 429,
  'too-soon': 429,
  'too-many-requests': 429,
  'too-many-clients': 429,
  'headers-too-large': 431,
  damaged: 500,
  io: 500,
  'newer-version': 500,
  unsupported: 501,
  // Another server's answer is not as it should be.
  'bad-answer': 502,
  'bad-message': 502,
  refused: 502,
  unreachable: 502,
  busy: 503,
  closed: 503,
  unavailable: 503,
  'no-answer': 504,
  timeout: 504,
  'no-space': 507,
}

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

/** Codes of engine errors, with the only member that can have caused each. */
const FIELDS: Readonly<Record<string, string>> = {
  'bad-bencode': 'torrent',
  'bad-code': 'seen',
  'bad-device-list': 'lists',
  'bad-info-hash': 'source',
  'bad-key-file': 'identity',
  'bad-login': 'token',
  'bad-magnet': 'source',
  'bad-picture': 'picture',
  'bad-report': 'report',
  'bad-torrent': 'torrent',
  'no-metadata': 'id',
  'unknown-identifier': 'source',
}

export interface Refusal {
  readonly status: number
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** An unexpected error: the log gets the details, the client none. */
  readonly unforeseen: boolean
}

/** Turns any error into an answer. An error without one of our codes becomes `internal`, and reveals nothing of what happened inside. */
export function toRefusal(error: unknown): Refusal {
  const { code, message, field, statusCode } = (error ?? {}) as Record<string, unknown>
  const known = typeof code === 'string' && Object.hasOwn(FASTIFY, code) ? FASTIFY[code] : undefined
  if (known) return refusal(new Failure(known[0], known[2], { field: known[1] }))
  if (typeof code === 'string' && isOurs(code))
    return refusal(error as Failure, typeof field === 'string' ? field : FIELDS[code])
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return refusal(new Failure('bad-request', String(message)))
  return {
    status: 500,
    problem: { error: { code: 'internal', message: 'internal error: see the log' } },
    headers: {},
    unforeseen: true,
  }
}

function refusal(error: Failure, field = error.field): Refusal {
  const { code, message } = error
  return {
    // A program that asks for a feature that the server runs without has asked for a page that does not exist.
    status: error instanceof AbsentCapability ? 404 : toStatus(code),
    problem: { error: withReason({ code, message, ...(field === undefined ? {} : { field }) }) },
    headers: error instanceof HttpFailure ? error.headers : {},
    unforeseen: false,
  }
}

function isOurs(code: string): boolean {
  return Object.hasOwn(STATUS, code) || /^bad-[a-z-]+$/.test(code)
}

function toStatus(code: string): number {
  return STATUS[code] ?? 400
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
