import type { SessionSettings } from '../session-api.ts'
import type { Acceptor } from './acceptor.ts'
import type { SessionDiscovery } from './context.ts'
import type { EngineContext } from './engine-context.ts'
import type { Torrent } from './torrent/torrent.ts'
import { trimConnections } from './trim-connections.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'

/** The parts of a session that settings are about. */
export interface SessionParts {
  readonly context: EngineContext
  readonly acceptor: Acceptor
  readonly webrtc: WebrtcPeers
  readonly host: string | undefined
  readonly torrents: readonly Torrent[]
}

/** Changes the settings that are given. The port comes first: when it is taken, nothing is changed. */
export async function reconfigure(parts: SessionParts, changes: SessionSettings): Promise<void> {
  const { context, torrents } = parts
  const moved = changes.port !== undefined && (await rebind(parts, changes.port))
  context.configure(changes)
  if (changes.webrtc !== undefined) parts.webrtc.configure(changes.webrtc)
  trimConnections(context, torrents)
  const { dht = context.discoveries?.has('dht'), lsd, trackers } = changes
  if (trackers !== undefined) await turn(parts, 'tracker', trackers)
  if (moved && dht) await turn(parts, 'dht', false)
  if (dht !== undefined) await turn(parts, 'dht', dht)
  if (lsd !== undefined) await turn(parts, 'lsd', lsd)
  if (moved) await tellPort(parts)
  else if (changes.webrtc) for (const torrent of torrents) torrent.phases.network.announcements.refresh()
}

/** Whether the port is another now. */
async function rebind(parts: SessionParts, port: number | null): Promise<boolean> {
  const { acceptor, context, host } = parts
  if (port === acceptor.port || (port === null && acceptor.port === 0)) return false
  await acceptor.listen(context.transports.all, { port, host })
  context.listenPort = acceptor.port
  return true
}

/** Turns a discovery on or off, with all torrents in it. */
async function turn({ context, torrents }: SessionParts, kind: SessionDiscovery, on: boolean): Promise<void> {
  const { discoveries } = context
  if (!discoveries || discoveries.has(kind) === on) return
  if (!on) await Promise.all(torrents.map(torrent => torrent.phases.network.announcements.leaveOne(kind)))
  await discoveries.turn(kind, on)
  if (on) for (const torrent of torrents) torrent.phases.network.announcements.joinOne(kind)
}

/** Trackers hear of the port as soon as they allow it; the local network has no use for a session without one. */
async function tellPort({ context, torrents }: SessionParts): Promise<void> {
  for (const torrent of torrents) {
    const { announcements } = torrent.phases.network
    if (context.listenPort === 0) await announcements.leaveOne('lsd')
    else announcements.joinOne('lsd')
    announcements.refresh()
  }
}
