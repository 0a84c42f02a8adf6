import type { Settings, Torrent, TorrentDetail, TorrentFile, Tracker } from '@shoal/api'
import type { Call } from './call.ts'
import { distributedCopies } from './pieces.ts'

/** How long details that are not in rows are reused when all torrents are listed. */
const BELIEVED_MS = 20_000

/** Details that other clients show in lists, in addition to our rows. */
export interface TorrentFacts {
  /** The members of the row are always current. */
  readonly detail: TorrentDetail
  readonly trackers: readonly Tracker[]
  /** Path of its first file below the download folder; null while its files are unknown. */
  readonly firstPath: string | null
  /**
   * Copies of it among peers and us: see distributedCopies. Null once it is complete, and while its
   * files are unknown.
   */
  readonly availability: number | null
}

interface Believed {
  readonly facts: TorrentFacts
  readonly untilMs: number
  readonly mark: string
}

/**
 * Temporarily caches details that have to be requested per torrent, so that lists of thousands can
 * be polled.
 */
export class DetailCache {
  readonly #call: Call
  readonly #believed = new Map<string, Believed>()

  constructor(call: Call) {
    this.#call = call
  }

  /**
   * Returns the details of these rows, in their order, without those removed in the meantime.
   * `fresh` requests everything again.
   */
  async of(rows: readonly Torrent[], { fresh = rows.length <= 20 } = {}): Promise<TorrentFacts[]> {
    const found: TorrentFacts[] = []
    for (const row of rows) {
      const facts = await this.#one(row, fresh)
      if (facts) found.push(facts)
    }
    return found
  }

  /** Forgets torrents that are not in the list. */
  keepOnly(rows: readonly Torrent[]): void {
    if (this.#believed.size <= rows.length) return
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#believed.keys()) if (!ids.has(id)) this.#believed.delete(id)
  }

  /** Drops the details of torrents that were just changed. */
  doubt(ids: readonly string[]): void {
    for (const id of ids) this.#believed.delete(id)
  }

  async #one(row: Torrent, fresh: boolean): Promise<TorrentFacts | null> {
    const known = this.#believed.get(row.id)
    const mark = fingerprint(row)
    if (!fresh && known && known.mark === mark && known.untilMs > performance.now())
      return { ...known.facts, detail: { ...known.facts.detail, ...row } }
    try {
      const facts = await this.#ask(row)
      // Spread out, so that they do not all expire in the same poll.
      const untilMs = performance.now() + BELIEVED_MS * (0.5 + Math.random())
      this.#believed.set(row.id, { facts, untilMs, mark })
      return facts
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'not-found') throw error
      this.#believed.delete(row.id)
      return null
    }
  }

  async #ask({ id }: Torrent): Promise<TorrentFacts> {
    const detail = await this.#call('getTorrent', { id })
    const { items: trackers } = await this.#call('listTrackers', { id })
    const firstPath = detail.fileCount === null ? null : await this.#firstPathOf(id)
    const isLoading = firstPath !== null && !isComplete(detail)
    const availability = isLoading ? distributedCopies(await this.#call('getPieces', { id })) : null
    return { detail, trackers, firstPath, availability }
  }

  async #firstPathOf(id: string): Promise<string | null> {
    const { items } = await this.#call('listFiles', { id, limit: 1 })
    return items[0]?.path ?? null
  }
}

/** Returns a text that changes when anything but the numbers of a torrent has changed. */
function fingerprint(torrent: Torrent): string {
  const { state, trackersFail, label, tags, directory, name, diskName, fileCount, queuePosition } = torrent
  return JSON.stringify([
    state,
    trackersFail,
    label,
    tags,
    directory,
    name,
    diskName,
    fileCount,
    queuePosition === null,
  ])
}

/**
 * Returns the path of the content: the file, or the torrent's folder. The download folder itself
 * while the files are unknown, and for several without a folder.
 */
export function contentPath(facts: TorrentFacts): string {
  const { detail, firstPath } = facts
  if (detail.fileCount === 1 && firstPath !== null) return joinPath(detail.directory, firstPath)
  return rootPath(facts) || detail.directory
}

/** Returns the path of the folder that contains all files; empty if there is none. */
export function rootPath({ detail: { directory, diskName }, firstPath }: TorrentFacts): string {
  return diskName !== null && firstPath?.includes('/') ? joinPath(directory, diskName) : ''
}

function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`
}

/** Whether all wanted bytes have been downloaded. */
export function isComplete({ wantedBytes, haveBytes }: Torrent): boolean {
  return wantedBytes !== null && haveBytes >= wantedBytes
}

/** Returns the missing wanted bytes; 0 while the metadata is unknown. */
export function leftBytes({ wantedBytes, haveBytes }: Torrent): number {
  return wantedBytes === null ? 0 : Math.max(0, wantedBytes - haveBytes)
}

/**
 * Returns whether the torrent has reached its ratio or seeding-time limit, or that of the settings.
 */
export function hasReachedLimit(detail: TorrentDetail, seeding: Settings['seeding']): boolean {
  const ratioLimit = detail.ratioLimit ?? seeding.ratioLimit ?? 0
  const minutesLimit = detail.seedingTimeLimitMinutes ?? seeding.timeLimitMinutes ?? 0
  return (
    (ratioLimit > 0 && (detail.ratio ?? 0) >= ratioLimit) ||
    (minutesLimit > 0 && detail.seedingSeconds >= minutesLimit * 60)
  )
}

/** Returns all files of a torrent. Empty while its metadata is unknown. */
export async function listAllFiles(call: Call, id: string): Promise<TorrentFile[]> {
  const files: TorrentFile[] = []
  let cursor: string | undefined
  do {
    const page = await call('listFiles', { id, limit: 10_000, ...(cursor && { cursor }) })
    files.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  return files
}
