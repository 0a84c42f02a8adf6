import type { ReasonFilter } from './choices.ts'
import type { Torrent, Tracker } from './schemas/torrent.ts'

type Row = Pick<Torrent, 'state' | 'reason' | 'trackersFail'>

/**
 * Returns whether a torrent is in a group. `stalled`: it wants data and nothing arrives, for any reason. `no-peers`: it wants data and nobody is
 * connected. `tracker-error`: all of its trackers fail, whether it has peers or not.
 */
export function hasReason(torrent: Row, filter: ReasonFilter): boolean {
  if (filter === 'tracker-error') return torrent.trackersFail
  return filter === 'stalled' ? isStalled(torrent) : isStalled(torrent) && torrent.reason !== 'stalled'
}

/** Whether a torrent wants data and nothing arrives. */
export function isStalled({ state, reason }: Row): boolean {
  return reason !== null && reason !== 'changed-files' && state !== 'seeding'
}

/** Whether a torrent is shown for a filter by tracker: a host name; empty for torrents without trackers. */
export function hasTracker({ trackerHosts }: Pick<Torrent, 'trackerHosts'>, host: string): boolean {
  return host === '' ? trackerHosts.length === 0 : trackerHosts.includes(host)
}

/** The number of a torrent's trackers and the first of their messages, for a sentence about their failure. */
export function describeTrackers(all: readonly Pick<Tracker, 'kind' | 'message'>[]): {
  count: number
  message: string | undefined
} {
  const trackers = all.filter(({ kind }) => kind === 'tracker')
  const message = trackers.find(each => each.message !== null)?.message?.replace(/\.$/, '')
  return { count: trackers.length, message }
}
