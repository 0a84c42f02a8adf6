import { announcePort, type PortParts, rebind, turnUtp } from '#port-changes'
import type { SessionSettings } from '../session-api.ts'
import type { Peer } from '../swarm/peer/peer.ts'
import type { SessionDiscovery } from './context.ts'
import { changedSettings, type EngineContext } from './engine-context.ts'
import type { MappedPorts } from './mapped-ports.ts'
import type { Torrent } from './torrent/torrent.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'

/** The parts of a session that settings change. */
export interface SessionParts extends PortParts {
  readonly webrtc: WebrtcPeers
  readonly mapped: MappedPorts
}

/** Changes the given settings. The port comes first: if it is taken, nothing changes. */
export async function reconfigure(parts: SessionParts, changes: SessionSettings): Promise<void> {
  const { context, torrents } = parts
  const moved = await rebind(parts, changes.port)
  context.settings = changedSettings(context.settings, changes)
  await turnUtp(parts, changes.utp)
  if (changes.webrtc !== undefined) parts.webrtc.configure(changes.webrtc)
  if (changes.ipFilter !== undefined)
    for (const torrent of torrents) torrent.phases.network.swarm?.applyIpFilter()
  trimConnections(context, torrents)
  const { dht = context.discoveries?.has('dht'), dhtNodes, lsd, trackers } = changes
  if (trackers !== undefined) await turn(parts, 'tracker', trackers)
  if (dhtNodes !== undefined) context.discoveries?.joinThrough(dhtNodes)
  if ((moved || dhtNodes !== undefined) && dht) await turn(parts, 'dht', false)
  if (dht !== undefined) await turn(parts, 'dht', dht)
  if (lsd !== undefined) await turn(parts, 'lsd', lsd)
  await parts.mapped.follow(changes)
  if (moved) await announcePort(parts)
  else if (changes.webrtc) for (const torrent of torrents) torrent.phases.network.announcements.refresh()
}

/** Turns a discovery on or off, with all torrents in it. */
async function turn({ context, torrents }: SessionParts, kind: SessionDiscovery, on: boolean): Promise<void> {
  const { discoveries } = context
  if (!discoveries || discoveries.has(kind) === on) return
  if (!on) await Promise.all(torrents.map(torrent => torrent.phases.network.announcements.leaveOne(kind)))
  await discoveries.turn(kind, on)
  if (on) for (const torrent of torrents) torrent.phases.network.announcements.joinOne(kind)
}

/**
 * Closes the connections beyond the limits of torrents and session, starting with those that
 * transfer least.
 */
function trimConnections(context: EngineContext, torrents: readonly Torrent[]): void {
  const nowMs = context.clock.nowMs()
  const all: Peer[] = []
  for (const torrent of torrents)
    all.push(
      ...trim(
        [...(torrent.phases.network.swarm?.peers.values() ?? [])],
        context.settings.maxPeersPerTorrent,
        nowMs,
      ),
    )
  trim(all, context.settings.maxConnections, nowMs)
}

/** Closes the peers beyond `most`, and returns the others. */
function trim(peers: Peer[], most: number, nowMs: number): Peer[] {
  if (peers.length <= most) return peers
  const rate = ({ download, upload }: Peer) =>
    download.meter.bytesPerSecond(nowMs) + upload.meter.bytesPerSecond(nowMs)
  const ranked = peers.map(peer => ({ peer, rate: rate(peer) })).sort((a, b) => b.rate - a.rate)
  for (const { peer } of ranked.slice(most)) peer.close(undefined, true)
  return ranked.slice(0, most).map(({ peer }) => peer)
}
