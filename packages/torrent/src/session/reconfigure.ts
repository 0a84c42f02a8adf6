import type { SessionSettings } from '../session-api.ts'
import type { Peer } from '../swarm/peer.ts'
import type { Acceptor } from './acceptor.ts'
import type { SessionDiscovery } from './context.ts'
import { changedSettings, type EngineContext } from './engine-context.ts'
import type { MappedPorts } from './mapped-ports.ts'
import type { Torrent } from './torrent/torrent.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'

/** The parts of a session that settings change. */
export interface SessionParts {
  readonly context: EngineContext
  readonly acceptor: Acceptor
  readonly webrtc: WebrtcPeers
  readonly mapped: MappedPorts
  readonly host: string | undefined
  readonly torrents: readonly Torrent[]
}

/** Changes the given settings. The port comes first: if it is taken, nothing changes. */
export async function reconfigure(parts: SessionParts, changes: SessionSettings): Promise<void> {
  const { context, torrents } = parts
  const moved = changes.port !== undefined && (await rebind(parts, changes.port))
  context.settings = changedSettings(context.settings, changes)
  if (changes.utp !== undefined) await turnUtp(parts, changes.utp)
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
  await parts.mapped.follow()
  if (moved) await announcePort(parts)
  else if (changes.webrtc) for (const torrent of torrents) torrent.phases.network.announcements.refresh()
}

/** Listens on another port. Returns whether the port changed. */
async function rebind(parts: SessionParts, port: number | null): Promise<boolean> {
  const { acceptor, context, host } = parts
  if (port === acceptor.port || (port === null && acceptor.port === 0)) return false
  await acceptor.listen(context.transports.all, { port, host })
  context.ports.listen = acceptor.port
  return true
}

/** Turns uTP on or off for connections that are made from now on. */
async function turnUtp({ acceptor, context }: SessionParts, on: boolean): Promise<void> {
  const { transports, utp } = context
  if (!utp || transports.all.includes(utp) === on) return
  if (on) {
    transports.add(utp)
    return acceptor.add(utp)
  }
  transports.remove(utp)
  await acceptor.remove(utp)
}

/** Turns a discovery on or off, with all torrents in it. */
async function turn({ context, torrents }: SessionParts, kind: SessionDiscovery, on: boolean): Promise<void> {
  const { discoveries } = context
  if (!discoveries || discoveries.has(kind) === on) return
  if (!on) await Promise.all(torrents.map(torrent => torrent.phases.network.announcements.leaveOne(kind)))
  await discoveries.turn(kind, on)
  if (on) for (const torrent of torrents) torrent.phases.network.announcements.joinOne(kind)
}

/** Announces the new port as soon as trackers allow it. A session without a port leaves local discovery. */
async function announcePort({ context, torrents }: SessionParts): Promise<void> {
  for (const torrent of torrents) {
    const { announcements } = torrent.phases.network
    if (context.ports.listen === 0) await announcements.leaveOne('lsd')
    else announcements.joinOne('lsd')
    announcements.refresh()
  }
}

/** Closes the connections beyond the limits of torrents and session: those that transfer least first. */
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
