import { type ErrorCode, ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'

/** The contract between a torrent's tiers and the tracker protocols. */

/** BEP 3. `paused` (BEP 21) is in every regular announce of a partial seed. */
export type AnnounceEvent = 'none' | 'started' | 'completed' | 'stopped' | 'paused'

export interface AnnounceRequest {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  /** 20 bytes. */
  readonly peerId: Uint8Array
  readonly port: number
  /** Bytes. */
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  readonly event: AnnounceEvent
  /** Number of peers to request; 0 for none. */
  readonly numWant: number
  /**
   * 32 bits that stay the same while the torrent is announced, over both address families (BEP 7,
   * BEP 15).
   */
  readonly key: number
  /** Tracker ID from the last response, one character per byte. HTTP only. */
  readonly trackerId?: string
}

/** A tracker's response: well formed and of bounded size, but its intervals are not yet clamped. */
export interface AnnounceAnswer {
  /**
   * Milliseconds until the next regular announce, and the minimum between any two; absent if
   * missing or invalid.
   */
  readonly intervalMs?: number
  readonly minIntervalMs?: number
  readonly peers: PeerAddress[]
  readonly seeds?: number
  readonly leeches?: number
  readonly downloads?: number
  readonly trackerId?: string
  /** For display. */
  readonly warning?: string
  /** UDP port at which the tracker's host answers STUN. */
  readonly stunPort?: number
  /** Our address as the tracker sees it (BEP 24), an IP literal. */
  readonly externalHost?: string
}

/** A tracker's counts for one torrent (BEP 48). */
export interface ScrapeEntry {
  readonly seeds: number
  readonly leeches: number
  /** Total number of completed downloads. */
  readonly downloads: number
}

/** One tracker protocol. One instance serves any number of trackers and torrents. */
export interface TrackerProtocol {
  /** Time after which callers abort an announce or a scrape. */
  readonly timeLimitMs: number
  /** Minimum time between announces if a tracker gives none. Default: five minutes. */
  readonly refreshMs?: number
  /**
   * Announces to a tracker and requests peers, over each address family of its host (BEP 7).
   * Rejects with a TrackerError or with the signal's reason.
   */
  announce(url: string, request: AnnounceRequest, options: { signal: AbortSignal }): Promise<AnnounceAnswer>
  /**
   * Requests the counts of any number of torrents. Resolves to them in the same order, null for
   * those that the tracker does not know.
   */
  scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    options: { signal: AbortSignal },
  ): Promise<(ScrapeEntry | null)[]>
  /**
   * Called when a tracker has lost its state about us, so that we must announce again. Set by the
   * user of the protocol. `reason`: the tracker's close reason; `reconnect-after=SECONDS` is
   * heeded.
   */
  onLost?: ((url: string, reason?: string) => void) | undefined
  /** The machine's network has changed: drops connections, which may be dead without notice. */
  networkChanged?(): void
  /** Closes all sockets; pending requests reject with `closed`. */
  close(): Promise<void>
}

/** A tracker could not be reached, refused a request or sent an invalid response. */
export class TrackerError extends ShoalError {
  /**
   * Milliseconds until the next try, if the tracker specified it (BEP 31); `Infinity` for never.
   */
  readonly retryInMs: number | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { retryInMs?: number } = {}) {
    super(code, message, options)
    this.name = 'TrackerError'
    this.retryInMs = options.retryInMs
  }
}

/**
 * Maximum number of peers taken from one response, and maximum length of a tracker's message in
 * characters; the rest is dropped.
 */
export const MAX_PEERS = 1000
export const MAX_TEXT = 300

/** Makes a tracker's text displayable: one line, no control characters, limited length. */
export function cleanText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line
}
