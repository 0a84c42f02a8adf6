import type { ReasonFilter, StateFilter } from './choices.ts'
import type { Torrent, TorrentReason, TorrentState, Tracker } from './schemas/torrent.ts'

type Row = Pick<Torrent, 'state' | 'reason' | 'trackersFail'>
type Rates = Pick<Torrent, 'downloadBytesPerSecond' | 'uploadBytesPerSecond'>
type Shared = Pick<Torrent, 'state' | 'reason' | 'error' | 'totalBytes' | 'haveBytes'>

/**
 * Returns the state shown for a torrent in lists and counts: why it does not do what its state
 * suggests, or else its state.
 */
export function shownState({
  state,
  reason,
}: Pick<Torrent, 'state' | 'reason'>): TorrentState | TorrentReason {
  return reason ?? state
}

/** Returns whether a torrent is paused, with or without all wanted data. */
export function isPaused({ state }: Pick<Torrent, 'state'>): boolean {
  return state === 'paused' || state === 'complete'
}

/** Returns whether a torrent transfers data now. */
export function isActive({ downloadBytesPerSecond, uploadBytesPerSecond }: Rates): boolean {
  return downloadBytesPerSecond > 0 || uploadBytesPerSecond > 0
}

/** Returns whether a torrent is in a group of the list. */
export function isInState(
  torrent: Row & Rates & Pick<Torrent, 'wantedBytes' | 'haveBytes'>,
  filter: StateFilter,
): boolean {
  const { state, wantedBytes, haveBytes } = torrent
  switch (filter) {
    case 'paused':
      return isPaused(torrent)
    case 'active':
      return isActive(torrent)
    case 'inactive':
      return !isActive(torrent)
    case 'finished':
      return wantedBytes !== null && haveBytes >= wantedBytes
    case 'unfinished':
      return wantedBytes === null || haveBytes < wantedBytes
    case 'stalled':
    case 'no-peers':
    case 'tracker-error':
      return hasReason(torrent, filter)
    default:
      return state === filter
  }
}

/**
 * Why a torrent is not available from this node, so that its links may not work. `paused`,
 * `queued`, `checking`: it is not running. `missing-files`: its files are missing. `error`: another
 * error stopped it. `metadata`: its metadata is unknown. `empty`: none of its data has arrived.
 * `no-route`: the proxy does not work. `unfindable`: all of its trackers fail, and there is no
 * other way to find it.
 */
export type Unshared =
  | 'paused'
  | 'queued'
  | 'checking'
  | 'missing-files'
  | 'error'
  | 'metadata'
  | 'empty'
  | 'no-route'
  | 'unfindable'

/** Returns why a torrent is not available from this node. Null if it is. */
export function whyUnshared({ state, reason, error, totalBytes, haveBytes }: Shared): Unshared | null {
  if (state === 'error') return error?.code === 'not-found' ? 'missing-files' : 'error'
  if (state === 'paused' || state === 'complete') return 'paused'
  if (state === 'queued' || state === 'checking') return state
  if (totalBytes === null) return 'metadata'
  if (reason === 'no-route') return reason
  if (haveBytes === 0 && totalBytes > 0) return 'empty'
  return state === 'seeding' && reason === 'tracker-error' ? 'unfindable' : null
}

/**
 * Returns whether a torrent is in a group. `stalled`: it wants data and nothing arrives, for any
 * reason. `no-peers`: it wants data and no peer is connected. `tracker-error`: all of its trackers
 * fail, whether it has peers or not.
 */
export function hasReason(torrent: Row, filter: ReasonFilter): boolean {
  if (filter === 'tracker-error') return torrent.trackersFail
  return filter === 'stalled' ? isStalled(torrent) : isStalled(torrent) && torrent.reason !== 'stalled'
}

/** Returns whether a torrent wants data and nothing arrives. */
export function isStalled({ state, reason }: Row): boolean {
  return reason !== null && reason !== 'changed-files' && state !== 'seeding'
}

/**
 * Returns whether a torrent matches a tracker filter: a host name; empty for torrents without
 * trackers.
 */
export function hasTracker({ trackerHosts }: Pick<Torrent, 'trackerHosts'>, host: string): boolean {
  return host === '' ? trackerHosts.length === 0 : trackerHosts.includes(host)
}

/**
 * Returns the number of a torrent's trackers and the first of their messages, for a sentence about
 * their failure.
 */
export function describeTrackers(all: readonly Pick<Tracker, 'kind' | 'message'>[]): {
  count: number
  message: string | undefined
} {
  const trackers = all.filter(({ kind }) => kind === 'tracker')
  const message = trackers.find(each => each.message !== null)?.message?.replace(/\.$/, '')
  return { count: trackers.length, message }
}
