/** Parts of files from web servers: the contract. Bytes stream through it: nothing is collected. */
import { ShoalError } from '../../base/errors.ts'

export interface RangeRequest {
  /** Absolute `http:` or `https:` URL, which may hold a user name and password. */
  readonly url: string
  /** First byte wanted, from 0, and how many: at least 1. */
  readonly start: number
  readonly lengthBytes: number
  /** Length that the whole file must have. */
  readonly fileBytes: number
}

/**
 * Receives the response to one request. Every call comes from the event loop, never from inside `read`, `pause`, `resume` or `close`. After
 * `onEnd` or `onFailure` nothing else comes.
 */
export interface RangeSink {
  /** The next bytes of the range, never more than were asked for. The view is valid only during the call. */
  onData(bytes: Uint8Array): void
  /** All of it was delivered. */
  onEnd(): void
  onFailure(failure: RangeFailure): void
}

/** A request under way. */
export interface RangeReading {
  /** Stops reading from the network; what was read before may still be delivered. */
  pause(): void
  resume(): void
  /** Ends it at once; the sink hears nothing more. Safe to call twice. */
  close(): void
}

export interface HttpRanges {
  read(request: RangeRequest, sink: RangeSink): RangeReading
  /** Closes connections that no reading uses. A later `read` opens others. */
  closeIdle(): void
}

export interface HttpRangesOptions {
  readonly userAgent: string
}

export type OpenHttpRanges = (options: HttpRangesOptions) => HttpRanges

/**
 * Tells what a failure means for later requests: `server-later`: the server cannot now; `file-later`: it does not have the file; `file-gone`: it never
 * will have it, or has another one; `server-gone`: it can be of no use.
 */
export type RangeFate = 'server-later' | 'file-later' | 'file-gone' | 'server-gone'

export class RangeFailure extends ShoalError {
  readonly fate: RangeFate
  /** How long the server asks to be left alone; 0 when it does not say. */
  readonly retryAfterMs: number

  constructor(fate: RangeFate, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(fate === 'server-later' ? 'unreachable' : 'bad-message', message, { cause: options.cause })
    this.name = 'RangeFailure'
    this.fate = fate
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

export const MAX_REDIRECTS = 5
