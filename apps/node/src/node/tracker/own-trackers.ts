import type { Settings } from '@shoal/api'

/** Announce URLs of the node's own tracker, for other peers: of HTTP, and of WebSocket for web pages. None while nobody knows how to reach it. */
export function ownTrackers({
  ownTracker,
  publicUrl,
}: Pick<Settings['network'], 'ownTracker' | 'publicUrl'>): string[] {
  if (!ownTracker || publicUrl === null) return []
  const base = publicUrl.replace(/\/$/, '')
  return [`${base}/announce`, `${base.replace(/^http/i, 'ws')}/announce`]
}
