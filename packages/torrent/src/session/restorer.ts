import { messageOf } from '../base/errors.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { parseMagnet } from '../metainfo/magnet.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { parseMetainfo } from '../metainfo/parse-metainfo.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from '../storage/resume-store.ts'
import type { TorrentOrigin, TorrentPlace } from './torrent-origin.ts'

/** A torrent as it was recorded. */
export interface Restored {
  readonly origin: TorrentOrigin
  readonly place: TorrentPlace
}

/** What earlier runs recorded: all of it for a session that goes on, one at a time for one that is told what to add. */
export class Restorer {
  /** What was found damaged or could not be used, for people. */
  readonly problems: string[] = []
  readonly #recorded = new Map<string, Restored>()

  static async read(store: ResumeStore): Promise<Restorer> {
    const restorer = new Restorer()
    for await (const entry of store.load()) restorer.#take(entry)
    return restorer
  }

  all(): Restored[] {
    const all = [...this.#recorded.values()].sort((a, b) => addedMs(a) - addedMs(b))
    this.#recorded.clear()
    return all
  }

  /** What was recorded of a torrent that is added now; given once. */
  take(origin: TorrentOrigin): Restored | undefined {
    const { v1, v2 } = origin.infoHashes
    const keys = [...(v1 ? [infoHashText({ v1 })] : []), ...(v2 ? [infoHashText({ v2 })] : [])]
    for (const [key, restored] of this.#recorded) {
      const { infoHashes } = restored.origin
      const also = infoHashes.v2 ? infoHashText({ v2: infoHashes.v2 }) : key
      if (!keys.includes(key) && !keys.includes(also)) continue
      this.#recorded.delete(key)
      return restored
    }
    return undefined
  }

  #take({ key, metainfo, progress, problems }: ResumeEntry): void {
    this.problems.push(...problems)
    try {
      const parsed = metainfo ? parseMetainfo(metainfo, { missingLayers: true }) : null
      if (progress && (parsed || progress.magnet)) this.#recorded.set(key, restore(parsed, progress))
    } catch (error) {
      this.problems.push(`the record of ${key} cannot be used: ${messageOf(error)}`)
    }
  }
}

function restore(metainfo: Metainfo | null, progress: ResumeProgress): Restored {
  const magnet = metainfo ? null : parseMagnet(progress.magnet ?? '')
  const own = metainfo?.trackers ?? []
  const known = new Set(own.flat())
  const limits = {
    ...(progress.downloadLimit === undefined ? {} : { downloadBytesPerSecond: progress.downloadLimit }),
    ...(progress.uploadLimit === undefined ? {} : { uploadBytesPerSecond: progress.uploadLimit }),
  }
  return {
    origin: {
      infoHashes: metainfo?.info.infoHashes ?? magnet!.infoHashes,
      name: metainfo?.info.name ?? magnet?.name,
      metainfo,
      trackers: [...own, ...progress.trackers.filter(url => !known.has(url)).map(url => [url])],
      webSeeds: [...new Set([...(metainfo?.webSeeds ?? []), ...progress.webSeeds])],
      peers: magnet?.peers ?? [],
      select: magnet?.select,
    },
    place: {
      directory: progress.directory,
      memory: false,
      trusted: false,
      sequential: progress.sequential,
      limits,
      progress,
    },
  }
}

function addedMs({ place }: Restored): number {
  return place.progress?.addedMs ?? 0
}
