import type { TorrentStats } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import type { TorrentTask } from './torrent-task.ts'

/** The state of a torrent in numbers, as the public API shows it. */
export function statsOf(task: TorrentTask, nowMs: number): TorrentStats {
  const { content, totals, swarm, peers } = task
  const { download, upload } = ratesOf(task, nowMs)
  const haveBytes = content?.haveBytes ?? 0
  const wantedBytes = content?.wantedBytes ?? 0
  const left = wantedBytes - haveBytes
  return {
    state: task.state,
    downloadBytesPerSecond: download,
    uploadBytesPerSecond: upload,
    downloadedBytes: totals?.downloadedBytes ?? 0,
    uploadedBytes: totals?.uploadedBytes ?? 0,
    wastedBytes: (swarm?.wastedBytes ?? 0) + (swarm?.transfer?.wastedBytes ?? 0),
    haveBytes,
    wantedBytes,
    progress: progressOf(task, haveBytes, wantedBytes),
    etaSeconds: left === 0 || download === 0 ? null : left / download,
    peers: peers.length,
    seeds: peers.filter(peer => peer.uploadOnly).length,
    knownPeers: swarm?.pool.idle ?? 0,
    ...(task.life.error ? { error: task.life.error.message } : {}),
    ...(task.life.error instanceof ShoalError ? { errorCode: task.life.error.code } : {}),
  }
}

/** Rates of a torrent that moves nothing. */
const IDLE = { download: 0, upload: 0 }

/** Payload bytes a second. None at once when it is paused, though the average of the last seconds is another. */
export function ratesOf({ totals, life }: TorrentTask, nowMs: number): { download: number; upload: number } {
  if (!totals || life.paused) return IDLE
  return { download: totals.download.bytesPerSecond(nowMs), upload: totals.upload.bytesPerSecond(nowMs) }
}

function progressOf(task: TorrentTask, haveBytes: number, wantedBytes: number): number {
  if (task.state === 'checking') return task.checkProgress
  if (!task.content) return 0
  return wantedBytes === 0 ? 1 : haveBytes / wantedBytes
}
