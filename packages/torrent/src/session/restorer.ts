import { settleMove } from '#file-storage'
import { messageOf } from '../base/errors.ts'
import { parseHostPort } from '../base/ip.ts'
import type { Turns } from '../base/turns.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { parseMagnet } from '../metainfo/magnet.ts'
import type { InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import { parseMetainfo } from '../metainfo/parse-metainfo.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from '../storage/record/resume-store.ts'
import type { TorrentOrigin, TorrentPlace } from './torrent/origin.ts'

/** A recorded torrent. */
export interface Restored {
  readonly origin: TorrentOrigin
  readonly place: TorrentPlace
}

/**
 * The records of earlier runs: all in turn for a session that restores them, else those of added
 * torrents.
 */
export class Restorer {
  /** Messages about records that are damaged or cannot be used. */
  readonly problems: string[] = []
  readonly #recorded = new Map<string, Restored>()
  /** Keys of the records by each info hash: a hybrid torrent may be added by either. */
  readonly #keys = new Map<string, string>()
  readonly #store: ResumeStore
  readonly #turns: Turns
  /** Torrents in the same folder share its name in memory. */
  readonly #directories = new Map<string, string>()

  constructor(store: ResumeStore, turns: Turns) {
    this.#store = store
    this.#turns = turns
  }

  /** Reads all records, for `take`. */
  async read(): Promise<void> {
    for await (const entry of this.#store.load()) {
      const restored = this.#parse(entry)
      if (restored) this.#keep(entry.key, restored)
      await this.#turns.next()
    }
  }

  /**
   * Reads all records and yields each as soon as it is read, so that thousands need not be in
   * memory at a time. Records without metadata come last: a crash may have left an old record of a
   * hybrid torrent from before its other hash was known.
   */
  async *each(): AsyncGenerator<Restored> {
    const later: Restored[] = []
    const known = new Set<string>()
    for await (const entry of this.#store.load()) {
      const restored = this.#parse(entry)
      if (restored?.origin.metainfo) {
        if (isHybrid(restored.origin))
          for (const hash of hashTexts(restored.origin.infoHashes)) known.add(hash)
        yield restored
      } else if (restored) later.push(restored)
      await this.#turns.next()
    }
    for (const restored of later)
      if (!hashTexts(restored.origin.infoHashes).some(hash => known.has(hash))) yield restored
  }

  /**
   * Finds the files of a torrent if a crash interrupted a move; the signal cancels the remaining
   * work. Never rejects: failures are listed in `problems`.
   */
  async settle(restored: Restored, signal: AbortSignal): Promise<Restored> {
    return settleInterruptedMove(restored, signal).catch(error => {
      const problem = `${restored.origin.name}: could not finish the interrupted move of its files: ${messageOf(error)}`
      this.problems.push(problem)
      return restored
    })
  }

  /** The record of a torrent that is being added. Returns each record once. */
  take(origin: TorrentOrigin): Restored | undefined {
    const key = hashTexts(origin.infoHashes)
      .map(hash => this.#keys.get(hash))
      .find(each => each !== undefined && this.#recorded.has(each))
    if (key === undefined) return undefined
    const restored = this.#recorded.get(key)
    this.#recorded.delete(key)
    return restored
  }

  #keep(key: string, restored: Restored): void {
    this.#recorded.set(key, restored)
    for (const hash of [key, ...hashTexts(restored.origin.infoHashes)]) this.#keys.set(hash, key)
  }

  #parse({ key, metainfo, progress, problems }: ResumeEntry): Restored | null {
    this.problems.push(...problems)
    try {
      const parsed = metainfo ? parseMetainfo(metainfo) : null
      if (!progress || !(parsed || progress.magnet)) return null
      const { directory } = progress
      if (!this.#directories.has(directory)) this.#directories.set(directory, directory)
      return restore(parsed, { ...progress, directory: this.#directories.get(directory)! })
    } catch (error) {
      this.problems.push(`the record of ${key} cannot be used: ${messageOf(error)}`)
      return null
    }
  }
}

function isHybrid({ infoHashes: { v1, v2 } }: TorrentOrigin): boolean {
  return v1 !== undefined && v2 !== undefined
}

function hashTexts({ v1, v2 }: InfoHashes): string[] {
  return [...(v1 ? [infoHashText({ v1 })] : []), ...(v2 ? [infoHashText({ v2 })] : [])]
}

function restore(metainfo: Metainfo | null, progress: ResumeProgress): Restored {
  const magnet = metainfo ? null : parseMagnet(progress.magnet ?? '')
  const limits = {
    ...(progress.downloadLimit === undefined ? {} : { downloadBytesPerSecond: progress.downloadLimit }),
    ...(progress.uploadLimit === undefined ? {} : { uploadBytesPerSecond: progress.uploadLimit }),
  }
  return {
    origin: {
      infoHashes: metainfo?.info.infoHashes ?? magnet!.infoHashes,
      name: metainfo?.info.name ?? magnet?.name,
      metainfo,
      ...links(metainfo, progress),
      peers: (progress.peers ?? []).flatMap(peer => parseHostPort(peer) ?? []),
      select: magnet?.select,
    },
    place: {
      directory: progress.directory,
      memory: false,
      trusted: false,
      sequential: progress.sequential,
      superSeeding: progress.superSeeding ?? false,
      firstLastFirst: progress.firstLastFirst ?? false,
      preallocate: progress.preallocate ?? false,
      contentLayout: progress.contentLayout,
      // Undefined rather than ineffective limits, which for thousands of torrents would cost
      // memory, and would count as a change.
      limits: Object.keys(limits).length > 0 ? limits : undefined,
      progress,
    },
  }
}

/**
 * The torrent's own trackers and web seeds plus those that were added, or those that its user set
 * instead.
 */
function links(
  metainfo: Metainfo | null,
  { trackers, webSeeds, trackerTiers, ownWebSeeds }: ResumeProgress,
): Pick<TorrentOrigin, 'trackers' | 'webSeeds' | 'ownTrackers' | 'ownWebSeeds'> {
  const own = metainfo?.trackers ?? []
  const known = new Set(own.flat())
  const ownSeeds = metainfo?.webSeeds ?? []
  const added = trackers.filter(url => !known.has(url)).map(url => [url])
  return {
    // Lists are shared if nothing was added, since there may be thousands of torrents.
    trackers: trackerTiers ?? (added.length > 0 ? [...own, ...added] : own),
    webSeeds: ownWebSeeds || ownSeeds.length === 0 ? webSeeds : [...new Set([...ownSeeds, ...webSeeds])],
    ...(trackerTiers && { ownTrackers: true }),
    ...(ownWebSeeds && { ownWebSeeds: true }),
  }
}

/**
 * Finds the files of a torrent whose move was interrupted by a crash, and finishes the move if
 * renames alone can. Rejects with the error of the system.
 */
async function settleInterruptedMove(restored: Restored, signal: AbortSignal): Promise<Restored> {
  const { origin, place } = restored
  const { progress } = place
  if (!progress?.moving || !origin.metainfo) return restored
  const layout = new PieceLayout(origin.metainfo.info)
  const name = infoHashText(origin.metainfo.info.infoHashes)
  const { moving: to } = progress
  const isOwn = (file: number) => (progress.stamps[file]?.size ?? -1) >= 0
  if (!(await settleMove({ layout, name, from: progress, to, isOwn }, signal))) return restored
  return { origin, place: { ...place, directory: to.directory, progress: { ...progress, ...to } } }
}
