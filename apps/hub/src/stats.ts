import type { StunServer } from '@shoal/torrent/stun'
import type { HttpFront, Tracker, TrackerCounters, WebSocketFront } from '@shoal/tracker'

/** The contents of `/stats.json`. */
export interface HubStats {
  readonly version: string
  readonly uptimeSeconds: number
  readonly isPrivate: boolean
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  readonly peers: { readonly ipv4: number; readonly ipv6: number; readonly web: number }
  /** Counts since the start. */
  readonly requests: Readonly<Record<'udp' | 'http' | 'webSocket', TrackerCounters>>
  /** STUN responses since the start. */
  readonly stunResponses: number
  readonly connections: { readonly http: number; readonly webSocket: number }
  readonly memoryBytes: number
}

export async function readStats(
  tracker: Tracker,
  fronts: {
    readonly http: readonly HttpFront[]
    readonly webSockets: WebSocketFront
    readonly stun: StunServer | null
  },
  about: { readonly version: string; readonly startedMs: number },
): Promise<HubStats> {
  const { swarms, seeds, leeches, peersByFamily } = await tracker.stats()
  const [ipv4, ipv6, web] = peersByFamily
  return {
    version: about.version,
    uptimeSeconds: Math.floor((performance.now() - about.startedMs) / 1000),
    isPrivate: tracker.access.isPrivate,
    swarms,
    seeds,
    leeches,
    peers: { ipv4, ipv6, web },
    requests: tracker.counters,
    stunResponses: fronts.stun?.answered ?? 0,
    connections: {
      http: fronts.http.reduce((sum, { connections }) => sum + connections, 0),
      webSocket: fronts.webSockets.connections,
    },
    memoryBytes: process.memoryUsage.rss(),
  }
}
