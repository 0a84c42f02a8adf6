/** Parts of files from web servers: the contract. Bytes stream through it: nothing is collected. */
import { ShoalError } from '../../base/errors.ts'

export interface RangeRequest {
  /** Absolute URL with one of the platform's schemes, which may hold a user name and password. */
  readonly url: string
  /** First byte, from 0, and number of bytes, at least 1. */
  readonly start: number
  readonly lengthBytes: number
  /** Length that the complete file must have. */
  readonly fileBytes: number
}

/**
 * Receives the response to one request. Every call comes from the event loop, never from inside
 * `read`, `pause`, `resume` or `close`. After `onEnd` or `onFailure`, nothing else is called.
 */
export interface RangeSink {
  /**
   * The next bytes of the range, never more than requested. The view is valid only during the call.
   */
  onData(bytes: Uint8Array): void
  /** The complete range was delivered. */
  onEnd(): void
  onFailure(failure: RangeFailure): void
}

/** A pending request. */
export interface RangeReading {
  /** Stops reading from the network; bytes that were read before may still be delivered. */
  pause(): void
  resume(): void
  /** Ends the request at once; the sink receives no more calls. Safe to call twice. */
  close(): void
}

export interface HttpRanges {
  read(request: RangeRequest, sink: RangeSink): RangeReading
  /** Closes idle connections. A later `read` opens others. */
  closeIdle(): void
}

export interface HttpRangesOptions {
  readonly userAgent: string
}

export type OpenHttpRanges = (options: HttpRangesOptions) => HttpRanges

/**
 * The consequence of a failure for later requests. `server-later`: try the server later.
 * `file-later`: try the file later. `file-gone`: the server will never have the file, or has a
 * different one. `server-gone`: the server is useless.
 */
export type RangeFate = 'server-later' | 'file-later' | 'file-gone' | 'server-gone'

export class RangeFailure extends ShoalError {
  readonly fate: RangeFate
  /** The wait that the server requests; 0 if none. */
  readonly retryAfterMs: number

  constructor(fate: RangeFate, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(fate === 'server-later' ? 'unreachable' : 'bad-message', message, { cause: options.cause })
    this.name = 'RangeFailure'
    this.fate = fate
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

export const MAX_REDIRECTS = 5
