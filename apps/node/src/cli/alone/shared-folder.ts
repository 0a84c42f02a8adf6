import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type CreateOptions, infoHashText, type SessionApi, type TorrentApi } from '@shoal/torrent'
import type { ContentFilter, LeftOutReason } from '../../base/files/content-filter.ts'
import { stampOf } from '../../base/files/stamp.ts'
import { explainFailure, fileFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { logTo } from '../terminal/log.ts'
import { type Item, torrentItem, type View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { tellLeftOut } from './folder-holds.ts'
import { type Entry, type FolderRecords, isTaken } from './folder-records.ts'
import { make } from './make.ts'
import type { FindableShares } from './open-findable.ts'
import { tellShared } from './tell-shared.ts'

/**
 * How long a new or changed file must stay unchanged before it is hashed, because it may still be
 * being copied.
 */
const SETTLE_MS = 2000

export interface SharedFolderOptions {
  readonly session: SessionApi
  readonly records: FolderRecords
  readonly directory: string
  readonly create: CreateOptions
  /** Creates the filter for one scan: what a node or another command holds can change. */
  filter(): Promise<ContentFilter>
  /** Address of the page that opens share links. */
  readonly page?: string | undefined
  /** Lets others find what is created from this folder, not what was downloaded. */
  readonly findable?: Pick<FindableShares, 'add' | 'remove'> | null
  readonly view: View
  readonly output: Output
  readonly signal: AbortSignal
}

interface Shared {
  readonly torrent: TorrentApi
  readonly item: Item
  entry: Entry
  /** Whether all wanted files of a download are complete. */
  complete: boolean
}

/** Keeps a session in sync with a folder. Each file and folder in it is a torrent. */
export class SharedFolder {
  readonly #options: SharedFolderOptions
  readonly #shared = new Map<string, Shared>()
  /** New or changed files: their last stamp, and since when it has not changed. */
  readonly #settling = new Map<string, { stamp: string | null; sinceMs: number }>()
  /**
   * Stamps of files that could not be shared. They are not tried or reported again until they
   * change.
   */
  readonly #refused = new Map<string, string | null>()
  /** Paths that were left out, with the reasons. */
  readonly #leftOut = new Map<string, LeftOutReason>()
  #first = true

  constructor(options: SharedFolderOptions) {
    this.#options = options
  }

  /** Number of shared torrents. */
  get size(): number {
    return this.#shared.size
  }

  /** Whether the folder is empty, including what would be left out. */
  get isEmpty(): boolean {
    return this.#shared.size === 0 && this.#leftOut.size === 0
  }

  /** Milliseconds until the next scan; null if nothing is pending. */
  get settleMs(): number | null {
    return this.#settling.size > 0 ? SETTLE_MS : null
  }

  /**
   * Records downloads that completed since the last scan. Call this after closing the session, when
   * nothing changes on disk any more.
   */
  async close(): Promise<void> {
    for (const [name, shared] of this.#shared)
      if (shared.entry.stamp === undefined) await this.#stampDownload(name, shared)
  }

  /**
   * Scans the folder; `changed` are the names to scan, null for all. The first scan does not wait
   * for files to settle.
   */
  async look(changed: ReadonlySet<string> | null): Promise<void> {
    const { directory, signal } = this.#options
    const names = await readdir(directory).catch(error => {
      throw fileFailure(error, directory)
    })
    const filter = await this.#options.filter()
    const present = new Set(filter.filter(directory, names))
    for (const name of this.#shared.keys())
      if (!present.has(name)) await this.#stop(name, names.includes(name) ? 'left-out' : 'gone')
    for (const map of [this.#settling, this.#refused])
      for (const name of map.keys()) if (!present.has(name)) map.delete(name)
    const entries = await this.#entries([...present].some(name => !this.#shared.has(name)))
    for (const name of [...present].sort()) {
      signal.throwIfAborted()
      const shared = this.#shared.get(name)
      const known = entries.get(name) ?? []
      const download = shared ? undefined : known.find(({ kind }) => kind === 'got')
      if (download && (await this.#isDownload(name, download))) await this.#resume(name, download)
      else if (shared && shared.entry.stamp === undefined) await this.#stampDownload(name, shared)
      else if (!shared || changed === null || changed.has(name) || this.#settling.has(name))
        await this.#lookAt(name, known, filter)
    }
    for (const path of this.#leftOut.keys()) if (!filter.leftOut.has(path)) this.#leftOut.delete(path)
    tellLeftOut(this.#options.view, filter, this.#leftOut)
    this.#first = false
  }

  async #lookAt(name: string, known: readonly Entry[], { filter }: ContentFilter): Promise<void> {
    const { directory, signal } = this.#options
    let stamp: string | null
    try {
      stamp = await stampOf(join(directory, name), signal, filter)
    } catch (error) {
      signal.throwIfAborted()
      return this.#refuse(name, null, error)
    }
    const shared = this.#shared.get(name)
    if (stamp === null || shared?.entry.stamp === stamp) return void this.#settling.delete(name)
    if (this.#refused.get(name) === stamp) return
    if (!this.#first && !this.#isSettled(name, stamp)) return
    this.#settling.delete(name)
    if (shared) await this.#stop(name, 'changed')
    try {
      const { torrent, entry } = await make(name, { ...this.#options.create, filter }, this.#options, known)
      this.#add(name, torrent, entry)
      tellShared(this.#options.view, torrent, join(directory, name), this.#options.page)
      this.#options.findable?.add(torrent)
    } catch (error) {
      signal.throwIfAborted()
      this.#refuse(name, stamp, error)
    }
  }

  #isSettled(name: string, stamp: string): boolean {
    const now = performance.now()
    const before = this.#settling.get(name)
    if (before?.stamp === stamp) return now - before.sinceMs >= SETTLE_MS - 50
    this.#settling.set(name, { stamp, sinceMs: now })
    return false
  }

  #refuse(name: string, stamp: string | null, error: unknown): void {
    if (this.#refused.has(name) && this.#refused.get(name) === stamp) return
    this.#refused.set(name, stamp)
    const failure = explainFailure(error)
    this.#options.view.tell(texts.share.refused({ reason: failure.message }), {
      event: 'not-shared',
      name,
      ...failure,
    })
  }

  #add(name: string, torrent: TorrentApi, entry: Entry): Shared {
    const { view, output } = this.#options
    const item = torrentItem(torrent, infoHashText(torrent.infoHashes))
    this.#refused.delete(name)
    const shared: Shared = { torrent, item, entry, complete: false }
    this.#shared.set(name, shared)
    logTo(view, output, torrent)
    view.add(item)
    return shared
  }

  async #stop(name: string, why: 'gone' | 'changed' | 'left-out'): Promise<void> {
    const { view, records } = this.#options
    const { torrent, item, entry } = this.#shared.get(name)!
    this.#shared.delete(name)
    view.remove(item)
    this.#options.findable?.remove(torrent)
    await torrent.remove()
    await records.delete(entry.infoHash)
    // tellLeftOut reports the reason.
    if (why === 'left-out') return
    const text = why === 'gone' ? texts.share.gone({ name }) : texts.share.changed({ name })
    view.tell(text, { event: why, name, infoHash: entry.infoHash })
  }

  /** The records by name, read only if something is new. */
  async #entries(needed: boolean): Promise<Map<string, Entry[]>> {
    const byName = new Map<string, Entry[]>()
    for (const entry of needed ? await this.#options.records.load() : []) {
      const same = byName.get(entry.name)
      if (same) same.push(entry)
      else byName.set(entry.name, [entry])
    }
    return byName
  }

  /**
   * Returns whether the files are still those of the download. If the user changed a complete one,
   * it must not be repaired.
   */
  async #isDownload(name: string, { infoHash, complete, stamp }: Entry): Promise<boolean> {
    const { directory, records, signal } = this.#options
    if (!complete || stamp === undefined) return true
    if ((await stampOf(join(directory, name), signal).catch(() => stamp)) === stamp) return true
    await records.delete(infoHash)
    return false
  }

  /**
   * Resumes a download of this folder and then shares it. Does nothing while another process
   * downloads it.
   */
  async #resume(name: string, entry: Entry): Promise<void> {
    const { session, directory, records, view } = this.#options
    if (isTaken(entry)) return
    try {
      const torrent = await session.add(entry.magnet ?? entry.infoHash, { directory })
      const { infoHash, magnet = torrent.magnet } = entry
      const note: Entry = { infoHash, name, kind: 'got', magnet }
      if (!entry.complete) records.save({ ...note, pid: process.pid, sinceMs: Date.now() })
      const shared = this.#add(name, torrent, entry)
      const arrived = () => {
        if (shared.complete) return
        shared.complete = true
        if (!entry.complete) records.save({ ...note, complete: true })
        tellShared(view, torrent, join(directory, name), this.#options.page)
      }
      // whenComplete would reject if the disk is full, but the torrent resumes when there is space.
      torrent.on('complete', arrived)
      if (torrent.stats.state === 'seeding') arrived()
    } catch (error) {
      this.#refuse(name, null, error)
    }
  }

  /** Stores the stamp of a complete download, so that later changes are noticed. */
  async #stampDownload(name: string, shared: Shared): Promise<void> {
    const { directory, records } = this.#options
    const { torrent, entry } = shared
    if (!shared.complete) return
    const stamp = await stampOf(join(directory, name)).catch(() => null)
    if (stamp === null) return
    const { infoHash, magnet = torrent.magnet } = entry
    shared.entry = { infoHash, name, kind: 'got', magnet, complete: true, stamp }
    records.save(shared.entry)
  }
}
