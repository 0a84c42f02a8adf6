/** Applies settings to the engine's session. */
import type { Settings } from '@shoal/api'
import { parseIceServer, type Session, type SessionOptions } from '@shoal/torrent'
import type { LimitsNow } from '../kernel/limits.ts'
import type { TorrentManager } from './torrent-manager.ts'

/** Options to open a session with, or to pass to `Session.configure` later. */
export function sessionOptions({ downloads, network }: Settings) {
  const { port, encryption, dht, lsd, pex, trackers, maxConnections, maxConnectionsPerTorrent, uploadSlots } =
    network
  const webrtc = network.webrtc && { iceServers: network.iceServers.map(parseIceServer) }
  return {
    directory: downloads.directory,
    port,
    encryption,
    dht,
    lsd,
    pex,
    trackers,
    webrtc,
    maxConnections,
    maxConnectionsPerTorrent,
    uploadSlots,
  } satisfies SessionOptions
}

/** Applies changes of the settings to the session. A change that it rejects, such as a port in use, is rejected as a whole. */
export function followSettings({ kernel, session, countries, queue }: TorrentManager): void {
  const { settings, limits, folders } = kernel
  settings.onCheck(async ({ downloads: { directory } }, { downloads: before }) => {
    if (directory !== before.directory) await folders.allow(directory, 'downloads.directory')
  })
  settings.onApply(({ privacy }) => countries.open(privacy.countryDatabase))
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
