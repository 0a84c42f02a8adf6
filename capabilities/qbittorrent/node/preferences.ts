/** Shows Shoal's settings as qBittorrent's preferences. */
import type { NodeInfo, Settings } from '@shoal/api'
import { alternativeTimes, EVERY_DAY } from '@shoal/node/node/server/compat/schedule.ts'
import { UNUSED_PREFERENCES } from './unused-preferences.ts'

export const PROTOCOL = { both: 0, tcp: 1 } as const
export const ENCRYPTION = { prefer: 0, require: 1, plain: 2 } as const
const LAYOUTS = { original: 'Original', subfolder: 'Subfolder', 'no-subfolder': 'NoSubfolder' } as const

/** Undefined for a name that qBittorrent does not have. */
export function layoutNamed(name: string | undefined): keyof typeof LAYOUTS | undefined {
  return (Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]).find(layout => LAYOUTS[layout] === name)
}

/** Actions for a torrent that has reached its seeding limits. */
export const LIMIT_ACTIONS = { pause: 0, remove: 1, 'remove-with-data': 3 } as const

/** Where clients reach the API, and under which name. */
export interface WebAddress {
  readonly address: string
  readonly port: number
  readonly userName: string
}

/**
 * Returns all preferences of the reported version: see UNUSED_PREFERENCES for those without a
 * setting.
 */
export function toPreferences(settings: Settings, info: NodeInfo, web: WebAddress) {
  return {
    ...UNUSED_PREFERENCES,
    ...ofDownloads(settings),
    ...ofConnections(settings, info),
    ...ofLimits(settings),
    ...ofSharing(settings),
    ...ofTracker(settings, web),
    web_ui_address: web.address,
    web_ui_port: web.port,
    web_ui_username: web.userName,
  }
}

function ofDownloads({ downloads, automation }: Settings) {
  return {
    add_trackers: '',
    add_trackers_enabled: false,
    autorun_enabled: automation.onComplete.length > 0,
    autorun_program: automation.onComplete.join(' '),
    preallocate_all: downloads.preallocate,
    save_path: downloads.directory,
    scan_dirs: Object.fromEntries(automation.watch.map(({ directory }) => [directory, 1])),
    start_paused_enabled: downloads.startPaused,
    torrent_content_layout: LAYOUTS[downloads.layout],
  }
}

function ofConnections({ network, privacy }: Settings, { peerPort }: NodeInfo) {
  return {
    bittorrent_protocol: network.utp ? PROTOCOL.both : PROTOCOL.tcp,
    dht: network.dht,
    ip_filter_enabled: privacy.ipFilter !== null,
    ip_filter_path: privacy.ipFilter ?? '',
    ip_filter_trackers: privacy.filterTrackers,
    encryption: ENCRYPTION[network.encryption],
    listen_port: peerPort || network.port,
    lsd: network.lsd,
    max_connec: network.maxConnections,
    max_connec_per_torrent: network.maxConnectionsPerTorrent,
    max_uploads_per_torrent: network.uploadSlots,
    pex: network.pex,
    random_port: network.port === 0,
    upnp: network.portMapping,
    resolve_peer_countries: privacy.countryDatabase !== null,
  }
}

/** The node's own tracker is on the port of the API. */
function ofTracker({ network }: Settings, { port }: WebAddress) {
  return { enable_embedded_tracker: network.ownTracker, embedded_tracker_port: port }
}

function ofLimits({ limits }: Settings) {
  const { isOn, beginMinutes, endMinutes, days } = alternativeTimes(limits)
  return {
    alt_dl_limit: limits.alternativeDownloadBytesPerSecond ?? 0,
    alt_up_limit: limits.alternativeUploadBytesPerSecond ?? 0,
    dl_limit: limits.downloadBytesPerSecond ?? 0,
    limit_lan_peers: limits.limitLocalPeers,
    schedule_from_hour: Math.floor(beginMinutes / 60),
    schedule_from_min: beginMinutes % 60,
    schedule_to_hour: Math.floor(endMinutes / 60),
    schedule_to_min: endMinutes % 60,
    scheduler_days: toDay(days),
    scheduler_enabled: isOn,
    up_limit: limits.uploadBytesPerSecond ?? 0,
  }
}

/** A queue without any limit is switched off. */
export function isQueueing({ maxDownloads, maxSeeds }: Settings['queue']): boolean {
  return maxDownloads !== null || maxSeeds !== null
}

function ofSharing({ queue, seeding }: Settings) {
  const most = (queue.maxDownloads ?? 0) + (queue.maxSeeds ?? 0)
  return {
    max_active_downloads: queue.maxDownloads ?? -1,
    max_active_torrents: queue.maxDownloads === null || queue.maxSeeds === null ? -1 : most,
    max_active_uploads: queue.maxSeeds ?? -1,
    max_ratio: seeding.ratioLimit ?? -1,
    max_ratio_act: LIMIT_ACTIONS[seeding.action],
    max_ratio_enabled: seeding.ratioLimit !== null,
    max_seeding_time: seeding.timeLimitMinutes ?? -1,
    max_seeding_time_enabled: seeding.timeLimitMinutes !== null,
    queueing_enabled: isQueueing(queue),
  }
}

/**
 * 0 every day, 1 Monday to Friday, 2 Saturday and Sunday, 3 Monday to 9 Sunday. Shoal's days: 0
 * Sunday to 6 Saturday.
 */
export const SCHEDULED_DAYS: readonly (readonly number[])[] = [
  EVERY_DAY,
  [1, 2, 3, 4, 5],
  [0, 6],
  ...[1, 2, 3, 4, 5, 6, 0].map(day => [day]),
]

/** Returns the first value that covers all these days. */
function toDay(days: readonly number[]): number {
  const wanted = [...days].sort().join()
  return Math.max(
    0,
    SCHEDULED_DAYS.findIndex(each => each.join() === wanted),
  )
}
