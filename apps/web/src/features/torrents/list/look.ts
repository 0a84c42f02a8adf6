import type { Torrent } from '@shoal/api'
import type { IconName } from '../../../shared/controls/icons.ts'
import type { Tone } from '../../../shared/controls/Panels.tsx'

interface Look {
  readonly icon: IconName
  readonly tone: Tone
}

/** How a state looks: never by colour alone. */
export const LOOKS: Record<Torrent['state'], Look> = {
  queued: { icon: 'queue', tone: 'idle' },
  metadata: { icon: 'search', tone: 'accent' },
  checking: { icon: 'refresh', tone: 'warn' },
  downloading: { icon: 'down', tone: 'accent' },
  seeding: { icon: 'up', tone: 'good' },
  moving: { icon: 'move', tone: 'warn' },
  paused: { icon: 'pause', tone: 'idle' },
  complete: { icon: 'check', tone: 'good' },
  error: { icon: 'alert', tone: 'bad' },
}

/** Whether how far it is says something besides its state. */
export const hasProgress = ({ state, progress }: Torrent) =>
  state !== 'seeding' && state !== 'complete' && !(state === 'moving' && progress === 1)
