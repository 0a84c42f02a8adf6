import type { Torrent, TorrentState, Tracker } from '@shoal/api'
import { describeTrackers, whyUnshared } from '@shoal/api/torrent-reasons'
import { SHOAL } from '../../base/program.ts'
import { nodeMessage } from '../failure.ts'
import { texts } from '../texts.ts'

const COLORS: Partial<Record<TorrentState, number>> = {
  downloading: 36,
  metadata: 36,
  checking: 36,
  moving: 36,
  seeding: 32,
  error: 31,
}
const YELLOW = 33

/** Returns the color of a state: a stalled download looks different from an active one. */
export function stateColor({ state, reason }: Torrent): number | null {
  return reason === null ? (COLORS[state] ?? null) : YELLOW
}

/**
 * Names the state, or instead the reason why nothing arrives; for an error its message, for a
 * queued torrent its position.
 */
export function stateText({ state, reason, error, queuePosition }: Torrent): string {
  if (state === 'error')
    return texts.list.error({ reason: error ? nodeMessage(error.message) : texts.add.stopped })
  if (reason !== null) return texts.reasons[reason]
  return state === 'queued' && queuePosition !== null
    ? texts.list.queued({ position: queuePosition })
    : texts.states[state]
}

/**
 * Explains why others currently cannot get a torrent from this node, and what helps. Null if they
 * can.
 */
export function explainUnshared(torrent: Torrent): string | null {
  const why = whyUnshared(torrent)
  if (why === null) return null
  const text = texts.show.unshared[why]
  return typeof text === 'string' ? text : text({ shoal: SHOAL })
}

/**
 * Explains why nothing happens, and what helps. Null if nothing is wrong. `trackers` are only
 * needed for the reason `tracker-error`.
 */
export function explainState(
  { state, reason }: Pick<Torrent, 'state' | 'reason'>,
  trackers: readonly Pick<Tracker, 'kind' | 'message'>[] = [],
): string | null {
  const { why } = texts.show
  if (state === 'queued') return why.queued({ shoal: SHOAL })
  if (state === 'checking') return why.checking
  if (reason === 'no-route') return why['no-route']({ shoal: SHOAL })
  if (reason !== 'tracker-error') return reason === null ? null : why[reason]
  const { count, message = '?' } = describeTrackers(trackers)
  const say = state === 'seeding' ? why.unreachable : why['tracker-error']
  return say({ count, message: nodeMessage(message) })
}
