import type { TorrentReason, TorrentState } from '../../api.ts'

/** Time in which peers are usually found; a torrent without any is not reported before. */
export const LOOKING_MS = 15_000
/** Peers that have sent nothing for this time are not expected to. */
export const STALLED_MS = 60_000

export interface ReasonFacts {
  readonly state: TorrentState
  /** Number of connected peers, and of web seeds that are being read. */
  readonly sources: number
  /**
   * Time since the last payload arrived or the state changed; while there are peers, at most since
   * the first of them connected.
   */
  readonly quietMs: number
  /** Whether the torrent has trackers, and each has failed since it last answered. */
  readonly trackersFail: boolean
  /** Whether peers can be found without trackers: by DHT or in the local network. */
  readonly findsOtherwise: boolean
  readonly hasChangedFiles: boolean
  /** Whether the session's proxy or interface does not work. */
  readonly routeFails: boolean
}

/**
 * Returns why a torrent is not making progress, as a code for every interface. Null if it is, or
 * if its state says enough.
 */
export function torrentReason(facts: ReasonFacts): TorrentReason | null {
  const { state, sources, quietMs, trackersFail, findsOtherwise, hasChangedFiles } = facts
  const isRunning = state === 'downloading' || state === 'metadata' || state === 'seeding'
  if (facts.routeFails && isRunning && sources === 0) return 'no-route'
  if (state === 'seeding') return sources === 0 && trackersFail && !findsOtherwise ? 'tracker-error' : null
  if (state !== 'downloading' && state !== 'metadata') return null
  if (sources === 0 && quietMs >= LOOKING_MS) return trackersFail ? 'tracker-error' : 'no-peers'
  if (sources > 0 && quietMs >= STALLED_MS) return 'stalled'
  return hasChangedFiles ? 'changed-files' : null
}
