import { CodedError } from '@shoal/torrent/errors'
import type { PeerFailure } from './protocol.ts'

/** Converts anything thrown to data. */
export function toFailure(error: unknown): PeerFailure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: typeof code === 'string' ? code : 'io', message: String(message ?? error) }
}

/**
 * The error of a refused command: `code` is the engine's ErrorCode, or `closed` if this page's peer
 * was closed.
 */
export class PeerError extends CodedError {
  override name = 'PeerError'

  constructor({ code, message }: PeerFailure) {
    super(code, message)
  }
}

/** Creates the error that an abandoned call rejects with. */
export function cancelled(): PeerError {
  return new PeerError({ code: 'cancelled', message: 'This was cancelled.' })
}
