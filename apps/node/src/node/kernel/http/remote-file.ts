import { Failure } from '../../../base/failure.ts'

/** Position at which a transfer resumes. */
export interface ResumePoint {
  readonly atBytes: number
  /** Identifies the version that the first bytes belong to. */
  readonly validator: string
  readonly totalBytes: number | null
}

export interface OpenedFile {
  /** As the server calls it; unsafe. */
  readonly name: string
  /** Where `body` begins: at the resume point, or at 0 when the server has another version or cannot resume. */
  readonly atBytes: number
  readonly totalBytes: number | null
  /** Tells this version from others; null when the server gives nothing to tell by. */
  readonly validator: string | null
  /** Throws a TransientFailure, or a system error of the network, when it is cut off. */
  readonly body: AsyncIterable<Uint8Array>
  /** Closes the connection. Safe to call twice. */
  close(): void
}

/** A file on a server. */
export interface RemoteFile {
  /** For people, without passwords. */
  readonly shownUrl: string
  /** Tells it from all others; may hold passwords. */
  readonly identity: string
  /** Rejects with a TransientFailure when it may work later, with a Failure when not, or with the signal's reason. */
  open(resume: ResumePoint | null, options: { signal: AbortSignal }): Promise<OpenedFile>
}

/** It may work later. */
export class TransientFailure extends Failure {
  /** The server asks not to be asked again before. */
  readonly retryAfterMs: number | null

  constructor(
    code: string,
    message: string,
    { retryAfterMs = null, ...options }: ErrorOptions & { retryAfterMs?: number | null } = {},
  ) {
    super(code, message, options)
    this.retryAfterMs = retryAfterMs
  }
}

const NETWORK_CODES: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was lost',
  ECONNABORTED: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
  ENETDOWN: 'the network is unreachable',
  ENOTFOUND: 'unknown host: check the spelling',
  EAI_AGAIN: 'the name could not be resolved',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was lost',
}

/** A network error as a TransientFailure; other errors as they are. */
export function networkFailure(error: unknown, host: string): Error {
  if (error instanceof Failure) return error
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string }
  const what = NETWORK_CODES[code]
  if (what) return new TransientFailure('no-answer', `${host}: ${what}`, { cause: error })
  // Node: a body or head that breaks off.
  if (message === 'aborted' || /socket hang up/.test(message))
    return new TransientFailure('no-answer', `${host}: the connection was lost`, { cause: error })
  if (/^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code))
    return new Failure('no-answer', `${host}: its certificate is not trusted (${code})`, { cause: error })
  if (/^(HPE_|EPROTO|ERR_SSL)/.test(code))
    return new Failure('no-answer', `${host}: the response is invalid (${code})`, { cause: error })
  return error instanceof Error ? error : new Error(message)
}
