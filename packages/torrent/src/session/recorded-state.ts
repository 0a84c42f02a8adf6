import { formatHostPort } from '../base/ip.ts'
import type { RateLimit } from '../base/rate-limit.ts'
import type { ResumeProgress } from '../storage/resume-store.ts'
import { mergePeers } from './torrent-origin.ts'
import type { TorrentTask } from './torrent-task.ts'

/** What is recorded of a torrent besides its content. */
export type RecordedState = Omit<ResumeProgress, 'had' | 'unfinished' | 'stamps' | 'priorities'>

export function recordedStateOf(
  task: TorrentTask,
  torrent: { readonly magnet: string; readonly limiters: { download: RateLimit; upload: RateLimit } | null },
): RecordedState {
  const { origin } = task
  const download = finite(torrent.limiters?.download)
  const upload = finite(torrent.limiters?.upload)
  return {
    ...(task.content ? {} : { magnet: torrent.magnet }),
    directory: task.directory,
    paused: task.life.paused,
    sequential: task.isSequential,
    ...(task.place.preallocate && { preallocate: true }),
    addedMs: task.addedMs,
    downloadedBytes: task.totals?.downloadedBytes ?? 0,
    uploadedBytes: task.totals?.uploadedBytes ?? 0,
    ...(download === undefined ? {} : { downloadLimit: download }),
    ...(upload === undefined ? {} : { uploadLimit: upload }),
    renamed: task.renamed ?? new Map(),
    ...(task.moving && { moving: task.moving }),
    trackers: origin.trackers.flat(),
    webSeeds: origin.webSeeds,
    ...(origin.ownTrackers && { trackerTiers: origin.trackers }),
    ...(origin.ownWebSeeds && { ownWebSeeds: true }),
    ...(origin.peers.length > 0 && {
      peers: mergePeers(origin.peers, []).map(({ host, port }) => formatHostPort(host, port)),
    }),
  }
}

/** Whole bytes a second of a limit that is one. */
function finite(limit: RateLimit | undefined): number | undefined {
  return limit && !limit.isUnlimited ? Math.round(limit.bytesPerSecond) : undefined
}
