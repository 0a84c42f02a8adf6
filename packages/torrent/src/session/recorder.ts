import type { ShoalError } from '../base/errors.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import type { ResumeProgress, ResumeStore } from '../storage/resume-store.ts'
import type { FileStamp } from '../storage/storage.ts'
import type { Content } from './content.ts'
import type { RecordedState } from './recorded-state.ts'
import { flushFault, presentStamps } from './storage-faults.ts'

/** How often progress is made safe while pieces arrive: what a crash costs is at most this much of transfer. */
const RECORD_MS = 2000
/** How often totals are recorded when nothing else changes: a seed that uploads need not write all the time. */
const RECORD_TOTALS_MS = 60_000

/** What a recorder asks its torrent. */
export interface RecorderHost {
  readonly infoHashes: InfoHashes
  readonly content: Content | null
  /** What was recorded in an earlier run. */
  readonly recorded: ResumeProgress | null
  recordedState(): RecordedState
  /** Puts unfinished pieces into storage and their blocks into `content.unfinished`. */
  saveUnfinished(): Promise<void>
  /** What is on disk is no longer what is had. */
  onStorageFault(error: unknown): void
  /** Pieces in `content.unflushed` may be lost, and with `content.isForeign` others too: the torrent stops until they are safe. */
  onFlushFault(error: ShoalError): void
  /** Progress could not be made safe. */
  onRecordError(error: unknown): void
}

/**
 * Makes the progress of one torrent safe: first the bytes, then the note that says which pieces they are. One record at a time.
 */
export class Recorder {
  readonly #store: ResumeStore
  readonly #host: RecorderHost
  /** Of the record that there is; null before the first. */
  #key: string | null
  #dirty = false
  /** Only totals changed. */
  #stale = false
  #dueMs = 0
  #totalsDueMs = 0
  #running: Promise<void> | null = null
  /** Piece layers when the metainfo was saved; -1 before. */
  #savedLayers = -1
  #stopped = false

  constructor(store: ResumeStore, host: RecorderHost, savedMetainfo: boolean) {
    this.#store = store
    this.#host = host
    this.#key = savedMetainfo ? infoHashText(host.infoHashes) : null
    if (savedMetainfo) this.#savedLayers = host.content?.metainfo.pieceLayers.size ?? -1
  }

  /** Something changed. */
  touch(): void {
    this.#dirty = true
  }

  /** Bytes came or went: worth recording, some time. */
  touchTotals(): void {
    this.#stale = true
  }

  tick(nowMs: number): void {
    const due = this.#dirty ? nowMs >= this.#dueMs : this.#stale && nowMs >= this.#totalsDueMs
    if (!due || this.#running) return
    this.#dueMs = nowMs + RECORD_MS
    this.#totalsDueMs = nowMs + RECORD_TOTALS_MS
    this.record().catch(error => this.#host.onRecordError(error))
  }

  /** Makes safe what is had now; at once when nothing changed since. */
  async record(): Promise<void> {
    // One that failed was told of where it was begun, and is tried again here.
    while (this.#running) await this.#running.catch(() => {})
    if (!(this.#dirty || this.#stale) || this.#stopped) return
    this.#dirty = false
    await this.#alone(() => this.#write())
  }

  /**
   * Makes safe that the torrent is here, unless it is already. Of its content nothing is said yet, so that this waits for no file: that is
   * recorded when it is due. Both parts are asked for in this turn: a store with transactions keeps both or none.
   */
  async recordAdded(): Promise<void> {
    if (this.#key !== null || this.#running || this.#stopped) return this.record()
    this.#dirty = this.#host.content?.isChecked ?? false
    await this.#alone(() => this.#writeAdded())
  }

  async #alone(write: () => Promise<void>): Promise<void> {
    this.#stale = false
    this.#running = write().finally(() => {
      this.#running = null
    })
    try {
      await this.#running
    } catch (error) {
      this.#dirty = true
      throw error
    }
  }

  /** Waits for the record under way, then records no more. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running?.catch(() => {})
  }

  /** Deletes what was recorded. */
  async forget(): Promise<void> {
    const key = infoHashText(this.#host.infoHashes)
    await this.#store.delete(key)
    if (this.#key !== null && this.#key !== key) await this.#store.delete(this.#key)
  }

  async #write(): Promise<void> {
    const { content, recorded } = this.#host
    const key = infoHashText(this.#host.infoHashes)
    const checked = content?.isChecked ? content : null
    // The order is what makes it safe: which pieces were written, then their bytes on the disk, then the note. Stamps from before the
    // pieces were listed: a file that is written to later is then not as it was recorded, and is read again after a crash. Before a
    // check is done nothing is known to be missing: what was recorded earlier still holds for the files as they were then.
    await this.#host.saveUnfinished()
    let stamps = checked ? await this.#presentStamps(checked) : (recorded?.stamps ?? [])
    const had = checked ? checked.have.bytes.slice() : (recorded?.had ?? null)
    const stored = [...(content?.unflushed ?? [])]
    if (content) await this.#flush(content)
    if (checked) for (const piece of stored) content?.unflushed?.delete(piece)
    // Some network file systems set the times when they flush. When nothing came meanwhile, what is there now is what was listed.
    if (checked && !this.#dirty) {
      const flushed = await checked.storage.stamps()
      if (!this.#dirty) stamps = flushed
    }
    if (content) await this.#saveMetainfo(key, content)
    const unfinished = content && content.unfinished.size > 0 ? { unfinished: content.unfinished } : {}
    await this.#store.save(key, { ...this.#chosen(), had, ...unfinished, stamps })
    // A hybrid torrent that was added by its v2 hash is recorded under its v1 hash as soon as that is known.
    if (this.#key !== null && this.#key !== key) await this.#store.delete(this.#key)
    this.#key = key
  }

  async #writeAdded(): Promise<void> {
    const { content, infoHashes } = this.#host
    const key = infoHashText(infoHashes)
    await Promise.all([
      content ? this.#saveMetainfo(key, content) : null,
      this.#store.save(key, { ...this.#chosen(), had: null, stamps: [] }),
    ])
    this.#key = key
  }

  /** All but what is had. */
  #chosen(): RecordedState & Pick<ResumeProgress, 'priorities'> {
    const list = this.#host.content?.selection.toList()
    return { ...this.#host.recordedState(), priorities: list ? Uint8Array.from(list) : null }
  }

  /** Stamps of the files. Rejects when one is gone, or cut, that holds pieces that are had. */
  async #presentStamps(content: Content): Promise<FileStamp[]> {
    try {
      return await presentStamps(content)
    } catch (error) {
      this.#host.onStorageFault(error)
      throw error
    }
  }

  /** A flush that failed may have lost what was written before it, and a later one would not tell. */
  async #flush(content: Content): Promise<void> {
    const all = content.isForeign
    content.isForeign = false
    try {
      await content.storage.flush({ all })
    } catch (error) {
      content.isForeign = all
      this.#host.onFlushFault(flushFault(error))
      throw error
    }
  }

  /** Once, and again when peers have told more piece layers. */
  async #saveMetainfo(key: string, content: Content): Promise<void> {
    const layers = content.pieceLayers
    if (layers.size === this.#savedLayers) return
    await this.#store.saveMetainfo(key, writeMetainfo({ ...content.metainfo, pieceLayers: layers }))
    this.#savedLayers = layers.size
  }
}
