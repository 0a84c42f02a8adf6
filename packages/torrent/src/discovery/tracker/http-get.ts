import type { ResolvedAddress } from '../../transport/resolve.ts'

export interface HttpGetOptions {
  readonly signal: AbortSignal
  readonly userAgent: string
  /** Bytes of body, before and after decompression, beyond which the answer is refused. */
  readonly maxBytes: number
  /**
   * The user named the URL, of a .torrent: in the local network too it may have any path. Default: it is a tracker's, which a stranger may
   * have named.
   */
  readonly named?: boolean
  /** Where to connect, for platforms that can choose: an address of the URL's host. */
  readonly address?: ResolvedAddress
}

export interface HttpAnswer {
  readonly status: number
  readonly body: Uint8Array
  /** Milliseconds of a `Retry-After` header in seconds (RFC 9110, 10.2.3). */
  readonly retryAfterMs?: number
}

/**
 * One GET, following at most MAX_REDIRECTS redirects. Resolves for every HTTP status. Rejects with a ShoalError: `refused`, `unreachable`,
 * `bad-message` (too large, too many or unsafe redirects, not HTTP), or with the signal's reason. Messages name no path or query.
 */
export type HttpGet = (url: string, options: HttpGetOptions) => Promise<HttpAnswer>

export const MAX_REDIRECTS = 5

/** Returns true for a path that only trackers have: all that may be requested of a tracker in the local network. */
export function isTrackerPath(pathname: string): boolean {
  return /\/(announce|scrape)[^/]*(\/|$)/.test(pathname)
}

/** `Retry-After` in seconds; undefined for its other form, a date, and for nonsense. */
export function parseRetryAfter(value: string | null | undefined): { retryAfterMs?: number } {
  return value && /^[0-9]{1,9}$/.test(value.trim()) ? { retryAfterMs: Number(value) * 1000 } : {}
}
