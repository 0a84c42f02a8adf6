import type { Torrent } from '@shoal/api'
import { shownState } from '@shoal/api/torrent-reasons'
import type { IconName } from '../../../shared/controls/icons.ts'
import type { Tone } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/texts.ts'

const t = texts.list

interface Look {
  readonly icon: IconName
  readonly tone: Tone
}

/** Texts for states, and for the reasons that are shown instead. */
const SHOWN_STATES = { ...t.state, ...t.reason }

/** The appearance of states: never only a colour. */
const LOOKS: Record<Torrent['state'], Look> = {
  queued: { icon: 'queue', tone: 'idle' },
  metadata: { icon: 'search', tone: 'accent' },
  checking: { icon: 'refresh', tone: 'warn' },
  downloading: { icon: 'down', tone: 'accent' },
  seeding: { icon: 'up', tone: 'good' },
  moving: { icon: 'move', tone: 'warn' },
  paused: { icon: 'pause', tone: 'idle' },
  complete: { icon: 'unshared', tone: 'idle' },
  error: { icon: 'alert', tone: 'bad' },
}

const REASON_LOOKS: Record<NonNullable<Torrent['reason']>, Look> = {
  'no-peers': { icon: 'peers', tone: 'warn' },
  'tracker-error': { icon: 'alert', tone: 'warn' },
  stalled: { icon: 'stalled', tone: 'warn' },
  'changed-files': { icon: 'refresh', tone: 'warn' },
  'no-route': { icon: 'alert', tone: 'bad' },
}

/** A download that receives nothing looks different from one that runs. */
export const lookOf = ({ state, reason }: Torrent): Look =>
  reason === null ? LOOKS[state] : REASON_LOOKS[reason]

/**
 * Returns the name of the state, or the reason why no data arrives; with the position of a queued
 * torrent.
 */
export function stateText(torrent: Torrent): string {
  const { state, reason, queuePosition } = torrent
  return reason === null && state === 'queued' && queuePosition !== null
    ? t.queuedAt({ position: queuePosition })
    : SHOWN_STATES[shownState(torrent)]
}

/** Returns whether the progress says more than the state. */
export const hasProgress = ({ state, progress }: Torrent) =>
  state !== 'seeding' && state !== 'complete' && !(state === 'moving' && progress === 1)
