/** Shows Shoal's settings as qBittorrent's preferences. */
import type { NodeInfo, Settings } from '@shoal/api'
import { alternativeTimes, EVERY_DAY } from '../server/compat/schedule.ts'

export const ENCRYPTION = { prefer: 0, require: 1, plain: 2 } as const
const LAYOUTS = { original: 'Original', subfolder: 'Subfolder', 'no-subfolder': 'NoSubfolder' } as const

/** Undefined for a name that qBittorrent does not have. */
export function layoutNamed(name: string | undefined): keyof typeof LAYOUTS | undefined {
  return (Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]).find(layout => LAYOUTS[layout] === name)
}

/** Actions for a torrent that has reached its seeding limits. */
export const LIMIT_ACTIONS = { pause: 0, remove: 1, 'remove-with-data': 3 } as const

/** Returns the preferences that Shoal supports, and those that say that it does not do something; qBittorrent's others are left out. */
export function toPreferences(settings: Settings, info: NodeInfo) {
  return {
    ...ofDownloads(settings),
    ...ofConnections(settings, info),
    ...ofLimits(settings),
    ...ofSharing(settings),
    web_ui_csrf_protection_enabled: true,
    web_ui_host_header_validation_enabled: true,
    web_ui_port: 0,
    rss_processing_enabled: true,
    rss_auto_downloading_enabled: true,
    rss_max_articles_per_feed: 1000,
    rss_refresh_interval: 30,
    locale: 'en',
  }
}

function ofDownloads({ downloads, automation }: Settings) {
  return {
    add_trackers: '',
    add_trackers_enabled: false,
    auto_delete_mode: 0,
    auto_tmm_enabled: false,
    autorun_enabled: automation.onComplete.length > 0,
    autorun_program: automation.onComplete.join(' '),
    category_changed_tmm_enabled: false,
    create_subfolder_enabled: downloads.layout !== 'no-subfolder',
    export_dir: '',
    export_dir_fin: '',
    incomplete_files_ext: false,
    mail_notification_enabled: false,
    preallocate_all: downloads.preallocate,
    save_path: downloads.directory,
    save_path_changed_tmm_enabled: false,
    scan_dirs: Object.fromEntries(automation.watch.map(({ directory }) => [directory, 1])),
    start_paused_enabled: downloads.startPaused,
    temp_path: '',
    temp_path_enabled: false,
    torrent_content_layout: LAYOUTS[downloads.layout],
    use_category_paths_in_manual_mode: true,
  }
}

function ofConnections({ network }: Settings, { peerPort }: NodeInfo) {
  return {
    anonymous_mode: false,
    // 0: TCP and uTP; 1: TCP only.
    bittorrent_protocol: 1,
    dht: network.dht,
    encryption: ENCRYPTION[network.encryption],
    ip_filter_enabled: false,
    listen_port: peerPort || network.port,
    lsd: network.lsd,
    max_connec: network.maxConnections,
    max_connec_per_torrent: network.maxConnectionsPerTorrent,
    max_uploads: -1,
    max_uploads_per_torrent: network.uploadSlots,
    pex: network.pex,
    proxy_type: 'None',
    random_port: network.port === 0,
    upnp: false,
  }
}

function ofLimits({ limits }: Settings) {
  const { isOn, beginMinutes, endMinutes, days } = alternativeTimes(limits)
  return {
    alt_dl_limit: limits.alternativeDownloadBytesPerSecond ?? 0,
    alt_up_limit: limits.alternativeUploadBytesPerSecond ?? 0,
    dl_limit: limits.downloadBytesPerSecond ?? 0,
    limit_lan_peers: limits.limitLocalPeers,
    limit_tcp_overhead: false,
    limit_utp_rate: true,
    schedule_from_hour: Math.floor(beginMinutes / 60),
    schedule_from_min: beginMinutes % 60,
    schedule_to_hour: Math.floor(endMinutes / 60),
    schedule_to_min: endMinutes % 60,
    scheduler_days: toDay(days),
    scheduler_enabled: isOn,
    up_limit: limits.uploadBytesPerSecond ?? 0,
  }
}

function ofSharing({ queue, seeding }: Settings) {
  const most = (queue.maxDownloads ?? 0) + (queue.maxSeeds ?? 0)
  return {
    dont_count_slow_torrents: false,
    max_active_downloads: queue.maxDownloads ?? -1,
    max_active_torrents: queue.maxDownloads === null || queue.maxSeeds === null ? -1 : most,
    max_active_uploads: queue.maxSeeds ?? -1,
    max_inactive_seeding_time: -1,
    max_inactive_seeding_time_enabled: false,
    max_ratio: seeding.ratioLimit ?? -1,
    max_ratio_act: LIMIT_ACTIONS[seeding.action],
    max_ratio_enabled: seeding.ratioLimit !== null,
    max_seeding_time: seeding.timeLimitMinutes ?? -1,
    max_seeding_time_enabled: seeding.timeLimitMinutes !== null,
    queueing_enabled: true,
  }
}

/** 0 every day, 1 Monday to Friday, 2 Saturday and Sunday, 3 Monday to 9 Sunday; as Shoal has them: 0 Sunday to 6 Saturday. */
export const SCHEDULED_DAYS: readonly (readonly number[])[] = [
  EVERY_DAY,
  [1, 2, 3, 4, 5],
  [0, 6],
  ...[1, 2, 3, 4, 5, 6, 0].map(day => [day]),
]

/** The first value that covers all these days. */
function toDay(days: readonly number[]): number {
  const wanted = [...days].sort().join()
  return Math.max(
    0,
    SCHEDULED_DAYS.findIndex(each => each.join() === wanted),
  )
}
