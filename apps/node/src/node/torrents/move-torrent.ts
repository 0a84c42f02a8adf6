import type { Job } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { JobProgress, JobResult } from '../kernel/jobs.ts'
import { nameOf } from './changes/torrent-log.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { TorrentManager } from './torrent-manager.ts'

/** Starts the job that moves the files of a torrent. Rejects with `forbidden-path`. */
export async function moveTorrent(
  torrent: ManagedTorrent,
  directory: string,
  manager: TorrentManager,
): Promise<Job> {
  const { folders, jobs } = manager.kernel
  const target = await folders.allow(directory)
  return jobs.start({
    kind: 'move',
    name: torrent.api.name,
    torrent: torrent.id,
    lane: `move ${torrent.id}`,
    run: progress => move(torrent, target, progress, manager),
  })
}

async function move(
  torrent: ManagedTorrent,
  target: string,
  { signal, report }: JobProgress,
  { registry, kernel: { log } }: TorrentManager,
): Promise<JobResult> {
  const about = { torrent: torrent.id }
  report({ doneBytes: 0, totalBytes: torrent.api.stats.haveBytes })
  torrent.moving = true
  registry.touch(torrent)
  try {
    await torrent.api.move(target, { signal, onProgress: report })
    log.info(`${nameOf(torrent)} was moved to ${target}`, about)
    return { torrent: torrent.id, path: target }
  } catch (error) {
    const why = signal.aborted ? 'the move was cancelled' : describeFailure(error).message
    log.warn(`${nameOf(torrent)} could not be moved to ${target}: ${why}`, about)
    throw error
  } finally {
    torrent.moving = false
    registry.change(torrent, {})
  }
}
