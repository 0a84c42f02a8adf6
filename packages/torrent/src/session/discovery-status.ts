import type { TorrentDiscovery } from '../api.ts'
import type { DiscoveryStatus } from '../discovery/discovery.ts'

/** A discovery as the public API shows it: the time of the next announce from now, since nobody else has our clock. */
export function discoveryStatus(
  { nextAnnounceMs, ...status }: DiscoveryStatus,
  hash: 'v1' | 'v2',
  nowMs: number,
): TorrentDiscovery {
  if (nextAnnounceMs === undefined) return { ...status, hash }
  return { ...status, hash, nextAnnounceSeconds: Math.max(0, (nextAnnounceMs - nowMs) / 1000) }
}
