import type { TorrentReason, TorrentState } from '../../api.ts'

/** Peers are usually found within this time, so that a torrent without any is nothing to report before. */
export const LOOKING_MS = 15_000
/** Peers that have sent nothing for this time are not expected to. */
export const STALLED_MS = 60_000

export interface ReasonFacts {
  readonly state: TorrentState
  /** Connected peers, and web seeds that are being read. */
  readonly sources: number
  /** Time since the last payload arrived or the state changed; while there are peers, since the first of them connected if that is less. */
  readonly quietMs: number
  /** The torrent has trackers, and each has failed since it last answered. */
  readonly trackersFail: boolean
  /** Peers can be found without trackers: by DHT or in the local network. */
  readonly findsOtherwise: boolean
  readonly hasChangedFiles: boolean
  /** The session's proxy or interface does not work. */
  readonly routeFails: boolean
}

/** Decides why a torrent does not do what its state says, as a code for every interface. Null if it does, or if its state says it all. */
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
