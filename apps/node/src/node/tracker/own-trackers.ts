import type { Settings } from '@shoal/api'

/**
 * Returns announce URLs of the node's own tracker for other peers: HTTP, and WebSocket for web
 * pages. Empty while no reachable address is known.
 */
export function ownTrackers({
  ownTracker,
  publicUrl,
}: Pick<Settings['network'], 'ownTracker' | 'publicUrl'>): string[] {
  if (!ownTracker || publicUrl === null) return []
  const base = publicUrl.replace(/\/$/, '')
  return [`${base}/announce`, `${base.replace(/^http/i, 'ws')}/announce`]
}
