import type { SessionStats } from '../session-api.ts'
import type { EngineContext } from './engine-context.ts'
import type { Torrent } from './torrent/torrent.ts'
import { torrentRates } from './torrent/view.ts'

/** The numbers of a session as the public API shows them. */
export function sessionStats(context: EngineContext, torrents: readonly Torrent[]): SessionStats {
  const nowMs = context.clock.nowMs()
  const connections = { tcp: 0, utp: 0, webrtc: 0, libp2p: 0, onion: 0, memory: 0, webseed: 0 }
  let incomingConnections = 0
  let downloadBytesPerSecond = 0
  let uploadBytesPerSecond = 0
  for (const torrent of torrents) {
    const { data, network } = torrent.phases
    const rates = torrentRates(data, nowMs)
    downloadBytesPerSecond += rates.download
    uploadBytesPerSecond += rates.upload
    if (!network.swarm) continue
    for (const { link } of network.swarm.peers.values()) {
      connections[link.connection.kind]++
      if (link.connection.incoming) incomingConnections++
    }
    connections.webseed += network.running?.webSeeds.working ?? 0
  }
  return {
    downloadBytesPerSecond,
    uploadBytesPerSecond,
    ...context.counts,
    dhtNodes: context.discoveries?.dhtNodes ?? null,
    connections,
    incomingConnections,
    dialling: context.connector.halfOpen,
    ...context.ownAddresses.stats,
  }
}
