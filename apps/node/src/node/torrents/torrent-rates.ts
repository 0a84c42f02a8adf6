import type { History } from '@shoal/api'
import type { TorrentStats } from '@shoal/torrent'
import type { ManagedTorrent } from './records/managed-torrent.ts'

const STEP_SECONDS = 10
const STEPS = 360

/** Bytes that a torrent has transferred over all runs. */
type Moved = Pick<TorrentStats, 'downloadedBytes' | 'uploadedBytes'>

/** Bytes that each active torrent transferred over the last hour, in memory. */
export class TorrentRates {
  readonly #points = new Map<ManagedTorrent, History['points']>()
  readonly #last = new WeakMap<ManagedTorrent, Moved>()

  /** Starts sampling: bytes before the first sample count too. */
  begin(torrent: ManagedTorrent, { downloadedBytes, uploadedBytes }: Moved): void {
    this.#last.set(torrent, { downloadedBytes, uploadedBytes })
  }

  /**
   * Called once a second for each torrent whose counts have changed, with the changed ones. Returns
   * whether anything was transferred.
   */
  note(torrent: ManagedTorrent, changed: Partial<Moved>, nowMs: number): boolean {
    const last = this.#last.get(torrent)
    if (!last) return false
    const moved = { ...last, ...changed }
    const down = moved.downloadedBytes - last.downloadedBytes
    const up = moved.uploadedBytes - last.uploadedBytes
    if (down === 0 && up === 0) return false
    this.begin(torrent, moved)
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
