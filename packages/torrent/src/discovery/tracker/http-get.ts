import type { ResolvedAddress } from '../../transport/resolve.ts'

export interface HttpGetOptions {
  readonly signal: AbortSignal
  readonly userAgent: string
  /** Largest body that is accepted, before and after decompression. */
  readonly maxBytes: number
  /**
   * The URL comes from the user (of a .torrent), so that it may have any path even in the local
   * network. Default false: the URL is a tracker's and may come from a stranger.
   */
  readonly named?: boolean
  /** Address of the URL's host to connect to, on platforms that can choose. */
  readonly address?: ResolvedAddress
}

export interface HttpAnswer {
  readonly status: number
  readonly body: Uint8Array
  /**
   * The server redirects to this magnet link, which is allowed only for a URL from the user. The
   * body is empty then.
   */
  readonly magnet?: string
  /** From a `Retry-After` header in seconds (RFC 9110 section 10.2.3). */
  readonly retryAfterMs?: number
}

/**
 * Sends a GET and follows at most five redirects. Resolves for every HTTP status. Rejects with a
 * ShoalError: `refused`, `unreachable` or `bad-message` (too large, too many or unsafe redirects,
 * not HTTP), or with the signal's reason. Error messages do not contain the path or query, which
 * may be secret.
 */
export type HttpGet = (url: string, options: HttpGetOptions) => Promise<HttpAnswer>

/**
 * Returns true for a path that only trackers have; no other path may be requested in the local
 * network.
 */
export function isTrackerPath(pathname: string): boolean {
  return /\/(announce|scrape)[^/]*(\/|$)/.test(pathname)
}

/** Parses `Retry-After` in seconds. Its other form, a date, is ignored. */
export function parseRetryAfter(value: string | null | undefined): { retryAfterMs?: number } {
  return value && /^[0-9]{1,9}$/.test(value.trim()) ? { retryAfterMs: Number(value) * 1000 } : {}
}
