/** A torrent in qBittorrent's list. Features that Shoal does not have are shown as unused. */
import type { Settings, Torrent, TorrentDetail, Tracker } from '@shoal/api'
import {
  contentPath,
  isComplete,
  leftBytes,
  rootPath,
  type TorrentFacts,
} from '@shoal/node/node/server/compat/detail-cache.ts'
import { realTrackers } from '@shoal/node/node/server/compat/real-trackers.ts'
import { hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'

/** An ETA that is unknown or infinite: a hundred days. */
export const NO_ETA = 8_640_000
/** Represents the lowest limit, since 0 means no limit in Shoal, but no time in qBittorrent. */
export const AT_ONCE = { ratio: 0.0001, minutes: 0.001 } as const

export function toState(torrent: Torrent, isForced = false): string {
  const complete = isComplete(torrent)
  switch (torrent.state) {
    case 'error':
      return torrent.error?.code === 'not-found' ? 'missingFiles' : 'error'
    case 'metadata':
      return isForced ? 'forcedMetaDL' : 'metaDL'
    case 'checking':
      return complete ? 'checkingUP' : 'checkingDL'
    case 'moving':
      return 'moving'
    case 'queued':
      return complete ? 'queuedUP' : 'queuedDL'
    case 'paused':
      return 'pausedDL'
    case 'complete':
      return 'pausedUP'
    case 'downloading':
      if (isForced) return 'forcedDL'
      return torrent.downloadBytesPerSecond > 0 ? 'downloading' : 'stalledDL'
    case 'seeding':
      if (isForced) return 'forcedUP'
      return torrent.uploadBytesPerSecond > 0 ? 'uploading' : 'stalledUP'
  }
}

export type TorrentInfo = ReturnType<typeof toInfo>

export function toInfo(facts: TorrentFacts, { seeding }: Pick<Settings, 'seeding'>) {
  const { detail } = facts
  const trackers = realTrackers(facts.trackers)
  const left = leftBytes(detail)
  const limits = limitsInEffect(detail, seeding)
  return {
    added_on: seconds(detail.addedMs, 0),
    amount_left: left,
    auto_tmm: false,
    availability: facts.availability ?? -1,
    category: detail.label ?? '',
    comment: detail.comment ?? '',
    completed: Math.max(0, (detail.wantedBytes ?? 0) - left),
    completion_on: seconds(detail.completedMs, 0),
    content_path: contentPath(facts),
    dl_limit: detail.downloadLimitBytesPerSecond ?? 0,
    dlspeed: Math.round(detail.downloadBytesPerSecond),
    download_path: '',
    downloaded: detail.downloadedBytes,
    downloaded_session: detail.sessionDownloadedBytes,
    eta: toEta(detail, limits),
    f_l_piece_prio: detail.firstLastFirst,
    force_start: detail.forced ?? false,
    has_metadata: detail.fileCount !== null,
    hash: hash40(detail),
    inactive_seeding_time_limit: -2,
    infohash_v1: detail.infoHashV1 ?? '',
    infohash_v2: detail.infoHashV2 ?? '',
    last_activity: seconds(detail.activeMs ?? detail.addedMs, 0),
    magnet_uri: detail.magnet,
    max_inactive_seeding_time: -1,
    ...limits,
    name: detail.name,
    num_complete: detail.swarmSeeds ?? detail.seeds,
    num_incomplete: detail.swarmLeeches ?? leeches(detail),
    num_leechs: leeches(detail),
    num_seeds: detail.seeds,
    popularity: popularity(detail),
    priority: detail.queuePosition ?? 0,
    private: detail.fileCount === null ? null : detail.private,
    progress: isComplete(detail) ? 1 : Math.min(detail.progress, 0.9999),
    ratio: detail.ratio ?? 0,
    ratio_limit: shareLimit(detail.ratioLimit, AT_ONCE.ratio),
    reannounce: nextAnnounce(facts.trackers),
    root_path: rootPath(facts),
    save_path: detail.directory,
    seeding_time: Math.round(detail.seedingSeconds),
    seeding_time_limit: Math.floor(shareLimit(detail.seedingTimeLimitMinutes, AT_ONCE.minutes)),
    seen_complete: seconds(detail.seenCompleteMs, 0),
    seq_dl: detail.sequential,
    size: detail.wantedBytes ?? 0,
    state: toState(detail, detail.forced),
    super_seeding: detail.superSeeding,
    tags: detail.tags.join(', '),
    time_active: Math.round(detail.downloadingSeconds + detail.seedingSeconds),
    total_size: detail.totalBytes ?? -1,
    tracker: trackers.find(({ state }) => state === 'ok')?.url ?? '',
    trackers_count: trackers.length,
    up_limit: detail.uploadLimitBytesPerSecond ?? 0,
    uploaded: detail.uploadedBytes,
    uploaded_session: detail.sessionUploadedBytes,
    upspeed: Math.round(detail.uploadBytesPerSecond),
  }
}

const MONTH_SECONDS = 2_629_746

/** The ratio that it reaches in a month of activity. */
function popularity({ ratio, downloadingSeconds, seedingSeconds }: TorrentDetail): number {
  const months = (downloadingSeconds + seedingSeconds) / MONTH_SECONDS
  return months > 0 ? (ratio ?? 0) / months : 0
}

/** Seconds until the next announce to any tracker; 0 if none is planned. */
export function nextAnnounce(trackers: readonly Tracker[]): number {
  const planned = realTrackers(trackers).flatMap(({ nextAnnounceSeconds: seconds }) => seconds ?? [])
  return planned.length === 0 ? 0 : Math.min(...planned)
}

/** The limits in effect; -1 for none. */
export function limitsInEffect(detail: TorrentDetail, seeding: Settings['seeding']) {
  return {
    max_ratio: atOnce(detail.ratioLimit ?? seeding.ratioLimit, AT_ONCE.ratio) ?? -1,
    max_seeding_time: toMinutes(detail.seedingTimeLimitMinutes ?? seeding.timeLimitMinutes) ?? -1,
  }
}

/** Seconds until it is complete, or until a seed reaches the first of its limits. */
export function toEta(
  detail: TorrentDetail,
  { max_ratio: ratio, max_seeding_time: minutes }: ReturnType<typeof limitsInEffect>,
): number {
  const { state, etaSeconds, uploadBytesPerSecond: rate } = detail
  if (state !== 'seeding') return Math.min(NO_ETA, Math.round(etaSeconds ?? NO_ETA))
  const taken = Math.max(detail.downloadedBytes, detail.haveBytes)
  const ratioEta = ratio < 0 || rate <= 0 ? NO_ETA : (taken * ratio - detail.uploadedBytes) / rate
  const timeEta = minutes < 0 ? NO_ETA : minutes * 60 - detail.seedingSeconds
  return Math.round(Math.max(0, Math.min(NO_ETA, ratioEta, timeEta)))
}

function leeches({ peers, seeds }: TorrentDetail): number {
  return Math.max(0, peers - seeds)
}

/** Seconds since the epoch. */
export function seconds(ms: number | null, never: number): number {
  return ms === null ? never : Math.round(ms / 1000)
}

/** -2: from the settings; -1: none. */
function shareLimit(limit: number | null, least: number): number {
  if (limit === null) return -2
  return limit === 0 ? -1 : limit <= least ? 0 : limit
}

/** The limit in effect; null for none. */
function atOnce(limit: number | null, least: number): number | null {
  if (limit === null || limit === 0) return null
  return limit <= least ? 0 : limit
}

function toMinutes(limit: number | null): number | null {
  const minutes = atOnce(limit, AT_ONCE.minutes)
  return minutes === null ? null : Math.floor(minutes)
}
