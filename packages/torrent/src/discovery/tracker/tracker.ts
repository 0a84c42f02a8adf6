import { type ErrorCode, ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'

/** What all kinds of trackers have in common: the contract between a torrent's tiers and the protocols. */

/** BEP 3; `paused` is BEP 21: every regular announce of a partial seed. */
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
  /** How many peers to send, 0 for none. */
  readonly numWant: number
  /** 32 bits that stay the same for a torrent's whole stay, over both address families (BEP 7, BEP 15). */
  readonly key: number
  /** What the tracker's last answer asked to be given back: one character a byte. HTTP only. */
  readonly trackerId?: string
}

/** What a tracker said, as it said it: bounded and well formed, but not yet clamped to what we are willing to do. */
export interface AnnounceAnswer {
  /** Milliseconds until the next regular announce, and the least between any two; absent when not given or nonsense. */
  readonly intervalMs?: number
  readonly minIntervalMs?: number
  readonly peers: PeerAddress[]
  readonly seeds?: number
  readonly leeches?: number
  readonly downloads?: number
  readonly trackerId?: string
  /** For people. */
  readonly warning?: string
  /** Our address as the tracker sees it (BEP 24): an IP literal. */
  readonly externalHost?: string
}

/** How a tracker counts one torrent (BEP 48). */
export interface ScrapeEntry {
  readonly seeds: number
  readonly leeches: number
  /** How often it was completed, ever. */
  readonly downloads: number
}

/** One way of talking to trackers. Serves any number of them and of torrents. */
export interface TrackerProtocol {
  /** How long its callers let an announce or a scrape run before they abort it. */
  readonly timeLimitMs: number
  /** How soon its trackers may be announced to out of turn where they do not say. Default: five minutes. */
  readonly refreshMs?: number
  /**
   * Tells a tracker of us and asks it for peers, over each address family that its name has (BEP 7). Rejects with a TrackerError, or
   * with the signal's reason.
   */
  announce(url: string, request: AnnounceRequest, options: { signal: AbortSignal }): Promise<AnnounceAnswer>
  /** Asks for the counts of any number of torrents. In the order asked; null where the tracker does not know the torrent. */
  scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    options: { signal: AbortSignal },
  ): Promise<(ScrapeEntry | null)[]>
  /** Set by its user: called when a tracker has lost all that it knew of us, and must be told again. */
  onLost?: ((url: string) => void) | undefined
  /** The machine's network is another one: connections of the old one do not say that they are dead, and are given up. */
  networkChanged?(): void
  /** Closes sockets; what is under way rejects with `closed`. */
  close(): Promise<void>
}

/** A tracker could not be reached, said no or made no sense. */
export class TrackerError extends ShoalError {
  /** When the tracker itself said when to come back (BEP 31): milliseconds, `Infinity` for never. */
  readonly retryInMs: number | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { retryInMs?: number } = {}) {
    super(code, message, options)
    this.name = 'TrackerError'
    this.retryInMs = options.retryInMs
  }
}

/** Peers taken from one answer, and characters of one message of a tracker's: what is beyond is dropped. */
export const MAX_PEERS = 1000
export const MAX_TEXT = 300

/** A tracker's text made fit to show: one line, no control characters, not long. */
export function cleanText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line
}
