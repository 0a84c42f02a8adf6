/** Metadata of links that are not added yet. */
import type { Preview } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import {
  type AddOptions,
  infoHashText,
  isMagnet,
  type Metainfo,
  parseMagnet,
  type SessionApi,
  type TorrentApi,
  type TorrentSource,
} from '@shoal/torrent'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import { namedHash } from './named-hash.ts'

/** Number of previews whose metadata is kept, since they may be added soon. */
const MOST_KEPT = 50
/**
 * A preview without an answer continues for this time, so that another attempt benefits from it.
 */
const LINGER_MS = 5 * 60_000
/** Maximum number of concurrent previews. */
const MOST_RUNNING = 20

export interface Taken extends Pick<AddOptions, 'trackers' | 'webSeeds' | 'peers' | 'select'> {
  readonly source: TorrentSource
}

interface Running {
  readonly api: TorrentApi
  users: number
  timer: NodeJS.Timeout | null
  /** Whether it is being added. */
  taken: boolean
}

export class Previews {
  readonly #session: SessionApi
  readonly #registry: TorrentRegistry
  readonly #known = new Map<string, Metainfo>()
  readonly #running = new Map<string, Running>()
  /** Waiting previews, which are not in the session yet. */
  #beginning = 0
  #closed = false

  constructor(session: SessionApi, registry: TorrentRegistry) {
    this.#session = session
    this.#registry = registry
  }

  /** Rejects with `timeout`, like `Session.add`, or with the signal's reason. */
  async preview(
    source: TorrentSource,
    peers: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<TorrentPreview> {
    const metainfo = await this.#find(source, peers, timeoutMs, signal)
    this.#keep(metainfo)
    return toPreview(metainfo, this.#registry)
  }

  /**
   * Returns the best source to add: the previewed metadata with the other parameters of the link.
   */
  take(source: TorrentSource): Taken {
    const hash = namedHash(source)
    const known = hash && this.#known.get(hash)
    return known && typeof source === 'string' ? withLink(known, source) : { source }
  }

  /** Ends the preview of this torrent of the session. Returns false if there is none. */
  async release(api: TorrentApi): Promise<boolean> {
    const found = [...this.#running].find(([, running]) => running.api === api)
    if (!found) return false
    found[1].taken = true
    await this.#end(...found)
    return true
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#running].map(([hash, running]) => this.#end(hash, running)))
  }

  async #find(
    source: TorrentSource,
    peers: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Metainfo> {
    const hash = namedHash(source)
    const there = hash && (this.#registry.find(hash)?.api.metainfo ?? this.#known.get(hash))
    if (there) return there
    if (typeof source === 'object' && 'info' in source) return source
    const limit = AbortSignal.timeout(timeoutMs)
    const running = await this.#counted(() => this.#begin(source, peers))
    const key = infoHashText(running.api.infoHashes)
    try {
      await running.api.whenMetadata({ signal: AbortSignal.any([limit, ...(signal ? [signal] : [])]) })
      const { metainfo } = running.api
      return metainfo!
    } catch (error) {
      signal?.throwIfAborted()
      if (!limit.aborted && running.taken)
        throw new Failure('conflict', 'it was added in the meantime: see the list')
      if (!limit.aborted) throw error
      throw new Failure(
        'timeout',
        'no peer has sent the metadata yet: try again later, or add it and let it wait for one',
      )
    } finally {
      this.#release(key, running)
    }
  }

  /** Abandoned previews make room for awaited ones. */
  async #counted(begin: () => Promise<Running>): Promise<Running> {
    if (this.#closed) throw new Failure('closed', 'the node is stopping: try again after it has restarted')
    const lingering = [...this.#running].find(([, { users }]) => users === 0)
    const isFull = this.#running.size + this.#beginning >= MOST_RUNNING
    if (isFull && !lingering)
      throw new Failure('too-many-requests', 'too many links are being looked up: wait for one of them')
    this.#beginning++
    try {
      if (isFull && lingering) await this.#end(...lingering)
      return await begin()
    } finally {
      this.#beginning--
    }
  }

  async #begin(source: TorrentSource, peers: readonly string[]): Promise<Running> {
    const registry = this.#registry
    // Only the metadata is wanted.
    const api = await this.#session.add(source, { memory: true, select: [], peers })
    const key = infoHashText(api.infoHashes)
    const running = this.#running.get(key) ?? { api, users: 0, timer: null, taken: false }
    if (running.timer) clearTimeout(running.timer)
    running.timer = null
    running.users++
    // A torrent in the list that still waits for its metadata is not removed at the end.
    if (!registry.findApi(api)) this.#running.set(key, running)
    return running
  }

  #release(key: string, running: Running): void {
    running.users--
    if (running.users > 0 || this.#running.get(key) !== running) return
    const { metainfo } = running.api
    if (metainfo) {
      this.#keep(metainfo)
      void this.#end(key, running)
    } else running.timer = setTimeout(() => void this.#end(key, running), LINGER_MS).unref()
  }

  async #end(key: string, running: Running): Promise<void> {
    this.#running.delete(key)
    if (running.timer) clearTimeout(running.timer)
    await running.api.remove().catch(() => {})
  }

  #keep(metainfo: Metainfo): void {
    const { v1, v2 } = metainfo.info.infoHashes
    const keys = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })].filter(key => key !== undefined)
    for (const key of keys) {
      this.#known.delete(key)
      this.#known.set(key, metainfo)
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST_KEPT) break
      this.#known.delete(key)
    }
  }
}

function withLink(metainfo: Metainfo, text: string): Taken {
  if (!isMagnet(text)) return { source: metainfo }
  const { trackers, webSeeds, peers, select } = parseMagnet(text)
  const wanted = metainfo.info.files
    .filter(({ pad }) => !pad)
    .map((_, index) => index)
    .filter(index => select?.some(({ first, last }) => index >= first && index <= last))
  return {
    source: metainfo,
    trackers,
    webSeeds,
    peers: peers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`),
    ...(select && { select: wanted }),
  }
}

/** A preview as the torrent itself describes it; the link says whether it is sealed. */
export type TorrentPreview = Omit<Preview, 'seal'>

function toPreview({ info, trackers, comment }: Metainfo, registry: TorrentRegistry): TorrentPreview {
  const id = infoHashText(info.infoHashes)
  const known = registry.find(id)
  return {
    id,
    name: info.name,
    totalBytes: info.lengthBytes,
    private: info.private,
    comment: comment ?? null,
    version: info.version,
    files: info.files
      .filter(({ pad }) => !pad)
      .map(({ path, lengthBytes }, index) => ({ index, path: path.join('/'), lengthBytes })),
    trackers: trackers.flat(),
    known: known !== null && known.row.removedMs === null,
  }
}
