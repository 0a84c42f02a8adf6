import type { Peer } from '../swarm/peer.ts'
import type { EngineContext } from './engine-context.ts'
import type { Torrent } from './torrent/torrent.ts'

/** Ends the connections that are beyond the limits of torrents and session: those that move least first. */
export function trimConnections(context: EngineContext, torrents: readonly Torrent[]): void {
  const nowMs = context.clock.nowMs()
  const all: Peer[] = []
  for (const torrent of torrents)
    all.push(
      ...trim([...(torrent.phases.network.swarm?.peers.values() ?? [])], context.maxPeersPerTorrent, nowMs),
    )
  trim(all, context.maxConnections, nowMs)
}

/** Closes what is beyond `most`; gives back the others. */
function trim(peers: Peer[], most: number, nowMs: number): Peer[] {
  if (peers.length <= most) return peers
  const rateOf = ({ download, upload }: Peer) =>
    download.meter.bytesPerSecond(nowMs) + upload.meter.bytesPerSecond(nowMs)
  const ranked = peers.map(peer => ({ peer, rate: rateOf(peer) })).sort((a, b) => b.rate - a.rate)
  for (const { peer } of ranked.slice(most)) peer.close(undefined, true)
  return ranked.slice(0, most).map(({ peer }) => peer)
}
