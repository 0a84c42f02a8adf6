import type { History } from '@shoal/api'
import type { ManagedTorrent } from './managed-torrent.ts'

const STEP_SECONDS = 10
const STEPS = 360

/** What each torrent moved over the last hour: kept in memory, and only of torrents that move something. */
export class TorrentRates {
  readonly #points = new Map<ManagedTorrent, History['points']>()
  readonly #totals = new WeakMap<ManagedTorrent, { downloaded: number; uploaded: number }>()

  /** Called once a second for those that may have moved something. Returns whether it has. */
  note(torrent: ManagedTorrent, nowMs: number): boolean {
    const { downloadedBytes, uploadedBytes } = torrent.api.stats
    const last = this.#totals.get(torrent)
    this.#totals.set(torrent, { downloaded: downloadedBytes, uploaded: uploadedBytes })
    const down = downloadedBytes - (last?.downloaded ?? downloadedBytes)
    const up = uploadedBytes - (last?.uploaded ?? uploadedBytes)
    if (down <= 0 && up <= 0) return false
    const points = this.#points.get(torrent) ?? []
    this.#points.set(torrent, points)
    const atMs = nowMs - (nowMs % (STEP_SECONDS * 1000))
    if (points.at(-1)?.atMs !== atMs) points.push({ atMs, downloadedBytes: 0, uploadedBytes: 0 })
    const point = points.at(-1)!
    point.downloadedBytes += Math.max(0, down)
    point.uploadedBytes += Math.max(0, up)
    if (points.length > STEPS) points.shift()
    return true
  }

  history(torrent: ManagedTorrent, nowMs: number): History {
    const from = nowMs - STEPS * STEP_SECONDS * 1000
    const points = (this.#points.get(torrent) ?? []).filter(({ atMs }) => atMs >= from)
    return { stepSeconds: STEP_SECONDS, points }
  }

  forget(torrent: ManagedTorrent): void {
    this.#points.delete(torrent)
  }
}
