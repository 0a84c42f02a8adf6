import { Failure } from '@shoal/daemon/failure'

/** Position at which a transfer resumes. */
export interface ResumePoint {
  readonly atBytes: number
  /** Identifies the version that the existing bytes belong to. */
  readonly validator: string
  readonly totalBytes: number | null
}

export interface OpenedFile {
  /** The server's name for it; untrusted. */
  readonly name: string
  /** Start of `body`: the resume point, or 0 if the server has another version or cannot resume. */
  readonly atBytes: number
  readonly totalBytes: number | null
  /** Identifies this version; null if the server sends no validator. */
  readonly validator: string | null
  /** URL of a .torrent for the file. Absent or null if the server names none. */
  readonly torrentUrl?: URL | null
  /** Throws a TransientFailure or a system error if the connection is lost. */
  readonly body: AsyncIterable<Uint8Array>
  /** Closes the connection. Safe to call twice. */
  close(): void
}

/** A file on a server. */
export interface RemoteFile {
  /** For users, without passwords. */
  readonly shownUrl: string
  /** Unique; may contain passwords. */
  readonly identity: string
  /**
   * Rejects with a TransientFailure if a retry could help, with another Failure if not, or with the
   * signal's reason.
   */
  open(resume: ResumePoint | null, options: { signal: AbortSignal }): Promise<OpenedFile>
}

/** A failure that a retry could fix. */
export class TransientFailure extends Failure {
  /** The delay requested by the server. */
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

/** Converts network errors to a TransientFailure. Returns other errors unchanged. */
export function networkFailure(error: unknown, host: string): Error {
  if (error instanceof Failure) return error
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string }
  const what = NETWORK_CODES[code]
  if (what) return new TransientFailure('no-answer', `${host}: ${what}`, { cause: error })
  // Node's error for a truncated response.
  if (message === 'aborted' || /socket hang up/.test(message))
    return new TransientFailure('no-answer', `${host}: the connection was lost`, { cause: error })
  if (/^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code))
    return new Failure('no-answer', `${host}: its certificate is not trusted (${code})`, { cause: error })
  if (/^(HPE_|EPROTO|ERR_SSL)/.test(code))
    return new Failure('no-answer', `${host}: the response is invalid (${code})`, { cause: error })
  return error instanceof Error ? error : new Error(message)
}
