/** Shows Shoal's settings as Transmission's session (rpc-spec 4.1). */
import type { NodeInfo, NodeStats, Settings } from '@shoal/api'
import { findDisk } from '@shoal/node/node/server/compat/disk.ts'
import { alternativeTimes } from '@shoal/node/node/server/compat/schedule.ts'
import { DEFAULT_SPEED, toSpeed, USUAL } from './status.ts'

export interface SessionParts {
  readonly settings: Settings
  readonly info: NodeInfo
  readonly stats: NodeStats
  /** Rules of the IP filter. */
  readonly blocklistSize: number
  readonly sessionId: string
  readonly remembered: ReadonlyMap<string, number>
}

export const ENCRYPTION = { plain: 'tolerated', prefer: 'preferred', require: 'required' } as const

/** Returns all fields. Features that Shoal does not have are shown as switched off. */
export function sessionFields(parts: SessionParts): Record<string, unknown> {
  const { settings, info, stats, blocklistSize, sessionId, remembered } = parts
  const { downloads, network, limits, queue, seeding, automation } = settings
  const times = alternativeTimes(limits)
  const kept = (name: keyof typeof USUAL, value: number | null) =>
    value ?? remembered.get(name) ?? USUAL[name]
  const time = (name: string, value: number) => (times.isOn ? value : (remembered.get(name) ?? value))
  const speed = (name: string, limit: number | null) =>
    limit === null ? (remembered.get(name) ?? DEFAULT_SPEED) : toSpeed(limit)
  return {
    'alt-speed-down': speed('alt-speed-down', limits.alternativeDownloadBytesPerSecond),
    'alt-speed-enabled': limits.alternative,
    'alt-speed-time-begin': time('alt-speed-time-begin', times.beginMinutes),
    'alt-speed-time-day': time(
      'alt-speed-time-day',
      times.days.reduce((bits, day) => bits | (1 << day), 0),
    ),
    'alt-speed-time-enabled': times.isOn,
    'alt-speed-time-end': time('alt-speed-time-end', times.endMinutes),
    'alt-speed-up': speed('alt-speed-up', limits.alternativeUploadBytesPerSecond),
    'blocklist-enabled': settings.privacy.ipFilter !== null,
    'blocklist-size': blocklistSize,
    'blocklist-url': '',
    'cache-size-mb': 0,
    'config-dir': '',
    'default-trackers': '',
    'dht-enabled': network.dht,
    'download-dir': downloads.directory,
    'download-dir-free-space': freeBytes(stats, downloads.directory),
    'download-queue-enabled': queue.maxDownloads !== null,
    'download-queue-size': kept('download-queue-size', queue.maxDownloads),
    encryption: ENCRYPTION[network.encryption],
    'idle-seeding-limit': kept('idle-seeding-limit', seeding.timeLimitMinutes),
    'idle-seeding-limit-enabled': seeding.timeLimitMinutes !== null,
    'incomplete-dir': downloads.directory,
    'incomplete-dir-enabled': false,
    'lpd-enabled': network.lsd,
    'peer-limit-global': network.maxConnections,
    'peer-limit-per-torrent': network.maxConnectionsPerTorrent,
    'peer-port': info.peerPort || network.port,
    'peer-port-random-on-start': network.port === 0,
    'pex-enabled': network.pex,
    'port-forwarding-enabled': network.portMapping,
    'queue-stalled-enabled': false,
    'queue-stalled-minutes': 0,
    'rename-partial-files': false,
    'rpc-version': 17,
    'rpc-version-minimum': 14,
    'rpc-version-semver': '5.3.0',
    'script-torrent-added-enabled': false,
    'script-torrent-added-filename': '',
    'script-torrent-done-enabled': automation.onComplete.length > 0,
    'script-torrent-done-filename': automation.onComplete[0] ?? '',
    'script-torrent-done-seeding-enabled': false,
    'script-torrent-done-seeding-filename': '',
    'seed-queue-enabled': queue.maxSeeds !== null,
    'seed-queue-size': kept('seed-queue-size', queue.maxSeeds),
    seedRatioLimit: kept('seedRatioLimit', seeding.ratioLimit),
    seedRatioLimited: seeding.ratioLimit !== null,
    'session-id': sessionId,
    'speed-limit-down': speed('speed-limit-down', limits.downloadBytesPerSecond),
    'speed-limit-down-enabled': limits.downloadBytesPerSecond !== null,
    'speed-limit-up': speed('speed-limit-up', limits.uploadBytesPerSecond),
    'speed-limit-up-enabled': limits.uploadBytesPerSecond !== null,
    'start-added-torrents': !downloads.startPaused,
    'trash-original-torrent-files': false,
    units: UNITS,
    'utp-enabled': network.utp,
    // Clients derive from this which methods they can use: 4.0 is the Transmission of rpc-version
    // 17.
    version: `4.0.6 (Shoal ${info.version})`,
  }
}

const UNITS = {
  'speed-units': ['kB/s', 'MB/s', 'GB/s', 'TB/s'],
  'speed-bytes': 1000,
  'size-units': ['kB', 'MB', 'GB', 'TB'],
  'size-bytes': 1000,
  'memory-units': ['KiB', 'MiB', 'GiB', 'TiB'],
  'memory-bytes': 1024,
}

/** Returns the free bytes of the folder, or of its nearest known ancestor; -1 if none is known. */
function freeBytes({ disk }: Pick<NodeStats, 'disk'>, directory: string): number {
  return findDisk(disk, directory)?.freeBytes ?? -1
}
