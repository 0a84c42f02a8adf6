import type { TorrentDiscovery } from '../api.ts'
import type { DiscoveryStatus } from '../discovery/discovery.ts'

/** A discovery as the public API shows it: the times of announces from now, since nobody else has our clock. */
export function discoveryStatus(
  { lastAnnounceMs, nextAnnounceMs, ...status }: DiscoveryStatus,
  hash: 'v1' | 'v2',
  nowMs: number,
): TorrentDiscovery {
  return {
    ...status,
    hash,
    ...(lastAnnounceMs !== undefined && {
      lastAnnounceSeconds: Math.max(0, (nowMs - lastAnnounceMs) / 1000),
    }),
    ...(nextAnnounceMs !== undefined && {
      nextAnnounceSeconds: Math.max(0, (nextAnnounceMs - nowMs) / 1000),
    }),
  }
}
