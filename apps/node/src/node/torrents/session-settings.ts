/** Applies settings to the engine's session. */
import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { openWritable } from '@shoal/daemon/files'
import { parseIceServer, type Session, type SessionOptions } from '@shoal/torrent'
import type { LimitsNow } from '../kernel/limits.ts'
import type { SettingsStore } from '../kernel/settings-store.ts'
import { openIpFilter } from './node-ip-filter.ts'
import type { TorrentManager } from './torrent-manager.ts'

/** Options of a session, to open one or to pass to `Session.configure`. */
function sessionOptions({ downloads, network, privacy }: Settings) {
  const { port, encryption, dht, dhtNodes, portMapping, stun, lsd, pex, trackers, utp } = network
  const { maxConnections, maxConnectionsPerTorrent, uploadSlots } = network
  const webrtc = network.webrtc && { iceServers: network.iceServers.map(parseIceServer) }
  return {
    directory: downloads.directory,
    port,
    encryption,
    dht,
    dhtNodes: dhtNodes.length > 0 ? dhtNodes : null,
    portMapping,
    stun,
    lsd,
    pex,
    trackers,
    utp,
    webrtc,
    filterTrackers: privacy.filterTrackers,
    maxConnections,
    maxConnectionsPerTorrent,
    uploadSlots,
  } satisfies SessionOptions
}

/**
 * Options to open a session with. The default port was not explicitly set: if it is taken, the
 * session uses a free one.
 */
export function firstOptions({ current, fixed }: Pick<SettingsStore, 'current' | 'fixed'>): SessionOptions {
  const { port, ...others } = sessionOptions(current)
  const isAsked = port !== DEFAULT_SETTINGS.network.port || fixed.includes('network.port')
  return isAsked ? { ...others, port } : others
}

/** Returns the port in the settings if the session listens at another one because that is taken. */
export function takenPeerPort({ network: { port } }: Settings, opened: number): number | null {
  return port !== 0 && opened !== 0 && opened !== port ? port : null
}

/**
 * Applies changes of the settings to the session. If the session rejects a part, such as a port in
 * use, the complete change is rejected.
 */
export function followSettings({ kernel, session, peers, ipFilter, queue }: TorrentManager): void {
  const { settings, limits, folders } = kernel
  settings.onCheck(async ({ downloads: { directory } }, { downloads: before }) => {
    if (directory !== before.directory) await folders.allow(directory, 'downloads.directory')
  })
  settings.onApply(async ({ downloads: { directory } }, { downloads: before }) => {
    if (directory !== before.directory) await openWritable(directory)
  })
  settings.onApply(({ privacy }) => openIpFilter(ipFilter, privacy.ipFilter))
  settings.onApply(({ privacy }) => peers.facts.countries.open(privacy.countryDatabase))
  settings.onApply(async (now, before) => {
    const [options, last] = [sessionOptions(now), sessionOptions(before)]
    const changed = Object.entries(options).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(last[name as keyof typeof last]),
    )
    if (changed.length > 0) await session.configure(Object.fromEntries(changed))
  })
  settings.onChanged(() => void queue.apply())
  limits.follow(now => applyLimits(session, now, settings.current.limits.limitLocalPeers))
  // Which peers the limits apply to is a separate setting.
  settings.onChanged(({ limits: { limitLocalPeers } }) => applyLimits(session, limits.now, limitLocalPeers))
}

/** Limits apply to peers of the local network only if the settings say so. */
function applyLimits(session: Session, limits: LimitsNow, forAll: boolean): void {
  const none = {
    downloadBytesPerSecond: Number.POSITIVE_INFINITY,
    uploadBytesPerSecond: Number.POSITIVE_INFINITY,
  }
  const wanted = {
    downloadBytesPerSecond: limits.downloadBytesPerSecond ?? Number.POSITIVE_INFINITY,
    uploadBytesPerSecond: limits.uploadBytesPerSecond ?? Number.POSITIVE_INFINITY,
  }
  session.setLimits(forAll ? wanted : none)
  session.setLimits(forAll ? none : wanted, 'internet')
}
