/** States and times in Transmission's format. */
import type { Torrent } from '@shoal/api'
import { isComplete } from '@shoal/node/node/server/compat/detail-cache.ts'

/** rpc-spec 3.3, `status`. */
const STATUS = {
  stopped: 0,
  checking: 2,
  downloadWait: 3,
  downloading: 4,
  seedWait: 5,
  seeding: 6,
} as const

export function toStatus(torrent: Torrent): number {
  switch (torrent.state) {
    case 'queued':
      return isComplete(torrent) ? STATUS.seedWait : STATUS.downloadWait
    case 'checking':
      return STATUS.checking
    case 'metadata':
    case 'downloading':
      return STATUS.downloading
    case 'seeding':
      return STATUS.seeding
    // Transmission keeps a torrent running while its files move.
    case 'moving':
      return isComplete(torrent) ? STATUS.seeding : STATUS.downloading
    case 'paused':
    case 'complete':
    case 'error':
      return STATUS.stopped
  }
}

/** Seconds left; -1 if not applicable, -2 if unknown. */
export function secondsLeft(torrent: Torrent): number {
  if (torrent.etaSeconds !== null) return Math.round(torrent.etaSeconds)
  return torrent.state === 'downloading' || torrent.state === 'metadata' ? -2 : -1
}

/** Seconds since the epoch; 0 for never. */
export function seconds(ms: number | null): number {
  return ms === null ? 0 : Math.round(ms / 1000)
}

/** Speeds are in units of 1000 bytes per second. */
const SPEED_BYTES = 1000

export function toSpeed(bytesPerSecond: number): number {
  return Math.round(bytesPerSecond / SPEED_BYTES)
}

/** -1 low, 0 normal, 1 high. */
export function toPriority(priority: number): number {
  return priority === 4 || priority === 0 ? 0 : Math.sign(priority - 4)
}

/** Transmission's default limits, which are off. */
export const USUAL = {
  'download-queue-size': 5,
  'idle-seeding-limit': 30,
  'seed-queue-size': 10,
  seedRatioLimit: 2,
} as const

/** Transmission's default limit. */
export const DEFAULT_SPEED = 100

/**
 * Converts a speed in Transmission's units. 0 stops all transfers in Transmission; it becomes the
 * lowest limit.
 */
export function bytesPerSecond(speed: number): number {
  return Math.min(1e12, Math.max(1, Math.round(speed * SPEED_BYTES)))
}
