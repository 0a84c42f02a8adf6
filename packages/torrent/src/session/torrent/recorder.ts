import { messageOf, type ShoalError } from '../../base/errors.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { RateLimit } from '../../base/rate-limit.ts'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { writeMetainfo } from '../../metainfo/write-metainfo.ts'
import type { ResumeProgress, ResumeStore } from '../../storage/record/resume-store.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { Content } from './content.ts'
import { mergePeers } from './origin.ts'
import { flushFault, presentStamps, stampsToRecord, unchangedStamps } from './storage-faults.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Interval between records of progress while pieces arrive: a crash costs at most this much of
 * transfer.
 */
const RECORD_MS = 2000
/**
 * Interval between records of totals if nothing else changes: a seed that uploads need not write
 * all the time.
 */
const RECORD_TOTALS_MS = 60_000

/** Events that a recorder reports to its torrent. */
export interface RecorderEvents {
  /** Saves unfinished pieces to storage and lists their blocks in `content.unfinished`. */
  saveUnfinished(): Promise<void>
  /** The disk no longer holds the pieces in `content.have`. */
  onStorageFault(error: unknown): void
  /** Others changed files: their pieces have to be checked. */
  onFilesChanged(): void
  /**
   * A flush failed: it may have lost what was written before it, and a later flush would not report
   * that.
   */
  onFlushError(fault: ShoalError): void
  log(line: string): void
}

export interface RecorderOptions {
  readonly store: ResumeStore
  readonly data: TorrentData
  /** Called for each event, since most torrents of a session have none for hours. */
  readonly events: () => RecorderEvents
}

/**
 * Records the progress of one torrent for the next run: first the bytes, then the note that lists
 * the pieces. One record at a time. If a record fails, the torrent continues: the missing part is
 * checked at the next start.
 */
export class Recorder {
  readonly #store: ResumeStore
  readonly #data: TorrentData
  readonly #events: () => RecorderEvents
  /** Key of the existing record; null before the first. */
  #key: string | null
  #dirty = false
  /** Whether totals changed. */
  #stale = false
  #dueMs = 0
  #totalsDueMs = 0
  #running: Promise<void> | null = null
  /** Number of piece layers when the metainfo was saved; -1 before. */
  #savedLayers = -1
  /** Whether the record says that the torrent is paused. */
  #paused: boolean | undefined
  #stopped = false

  constructor({ store, data, events }: RecorderOptions) {
    this.#store = store
    this.#data = data
    this.#events = events
    const { progress } = data.place
    this.#key = progress ? infoHashText(data.infoHashes) : null
    if (progress) this.#savedLayers = data.content?.metainfo.pieceLayers.size ?? -1
    this.#paused = progress?.paused
  }

  /** Something that is recorded changed. */
  touch(): void {
    this.#dirty = true
  }

  /** Bytes were transferred: worth recording eventually. */
  touchTotals(): void {
    this.#stale = true
  }

  /** The torrent starts: worth recording if the record differs. */
  started(): void {
    if (this.#paused !== false) this.touch()
  }

  /** A piece was stored. */
  stored(piece: number): void {
    const { content } = this.#data
    if (content) content.unflushed = (content.unflushed ?? new Set()).add(piece)
    this.touch()
  }

  /** Once a second. */
  tick(nowMs: number): void {
    const due = this.#dirty ? nowMs >= this.#dueMs : this.#stale && nowMs >= this.#totalsDueMs
    if (!due || this.#running) return
    this.#dueMs = nowMs + RECORD_MS
    this.#totalsDueMs = nowMs + RECORD_TOTALS_MS
    void this.tryRecord()
  }

  /** Records a change by the user, even if the torrent is not ticked. Never rejects. */
  async changed(): Promise<void> {
    this.touch()
    await this.tryRecord()
  }

  /** Records what changed since the last record. Never rejects: failures are logged. */
  async tryRecord(): Promise<void> {
    await this.record().catch(error => this.#events().log(`progress could not be saved: ${messageOf(error)}`))
  }

  /** Records what changed since the last record. Resolves at once if nothing did. */
  async record(): Promise<void> {
    // A failed record is reported by the call that started it, and retried by this one.
    while (this.#running) await this.#running.catch(() => {})
    if (!(this.#dirty || this.#stale) || this.#stopped) return
    this.#dirty = false
    await this.#alone(() => this.#write())
  }

  /**
   * Records that the torrent was added, unless it is recorded already. Omits the content's
   * progress, so that this waits for no file: it is recorded when due. Both parts are requested in
   * this turn: a store with transactions keeps both or none.
   */
  async recordAdded(): Promise<void> {
    if (this.#key !== null || this.#running || this.#stopped) return this.record()
    this.#dirty = this.#data.content?.isChecked ?? false
    await this.#alone(() => this.#writeAdded())
  }

  /** Waits for the record in progress, then stops recording. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running?.catch(() => {})
  }

  /** Deletes the record. */
  async forget(): Promise<void> {
    const key = infoHashText(this.#data.infoHashes)
    await this.#store.delete(key)
    if (this.#key !== null && this.#key !== key) await this.#store.delete(this.#key)
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

  async #write(): Promise<void> {
    const { content } = this.#data
    const recorded = this.#data.place.progress
    const key = infoHashText(this.#data.infoHashes)
    const checked = content?.isChecked ? content : null
    // The order makes it safe: list the written pieces, flush their bytes, then write the note. The
    // stamps are taken before the pieces are listed: a file that is written to later then differs
    // from its record, and is read again after a crash. Until a check is done, no piece is known to
    // be missing: the earlier record still holds for the files at that time.
    await this.#events().saveUnfinished()
    let stamps = checked ? await this.#presentStamps(checked) : (recorded?.stamps ?? [])
    const had = checked ? checked.have.bytes.slice() : (recorded?.had ?? null)
    const stored = [...(content?.unflushed ?? [])]
    if (content) await this.#flush(content)
    if (checked) for (const piece of stored) content?.unflushed?.delete(piece)
    // Some network file systems set the times when they flush. If nothing arrived in the meantime,
    // the files still match the list.
    if (checked && !this.#dirty) {
      const flushed = await stampsToRecord(checked)
      if (!this.#dirty) stamps = flushed
    }
    if (checked?.storage.changes?.files.size) this.#events().onFilesChanged()
    // If changed files are not checked until then, the next start does so.
    if (checked) stamps = unchangedStamps(checked, stamps)
    if (content) await this.#saveMetainfo(key, content)
    const unfinished = content && content.unfinished.size > 0 ? { unfinished: content.unfinished } : {}
    await this.#store.save(key, { ...this.#settings(), had, ...unfinished, stamps })
    // A hybrid torrent that was added by its v2 hash is recorded under its v1 hash as soon as that
    // is known.
    if (this.#key !== null && this.#key !== key) await this.#store.delete(this.#key)
    this.#key = key
  }

  async #writeAdded(): Promise<void> {
    const { content, infoHashes } = this.#data
    const key = infoHashText(infoHashes)
    await Promise.all([
      content ? this.#saveMetainfo(key, content) : null,
      this.#store.save(key, { ...this.#settings(), had: null, stamps: [] }),
    ])
    this.#key = key
  }

  /** Everything except the pieces. */
  #settings(): RecordedSettings {
    this.#paused = this.#data.lifecycle.paused
    return recordedSettings(this.#data)
  }

  /** Stamps of the files. Rejects if one that holds verified pieces is missing or truncated. */
  async #presentStamps(content: Content): Promise<FileStamp[]> {
    try {
      return await presentStamps(content)
    } catch (error) {
      this.#events().onStorageFault(error)
      throw error
    }
  }

  async #flush(content: Content): Promise<void> {
    const all = content.isForeign
    content.isForeign = false
    try {
      await content.storage.flush({ all })
    } catch (error) {
      content.isForeign = all
      this.#events().onFlushError(flushFault(error))
      throw error
    }
  }

  /** Once, and again when peers have sent more piece layers. */
  async #saveMetainfo(key: string, content: Content): Promise<void> {
    const layers = content.pieceLayers
    if (layers.size === this.#savedLayers) return
    await this.#store.saveMetainfo(key, writeMetainfo({ ...content.metainfo, pieceLayers: layers }))
    this.#savedLayers = layers.size
  }
}

type RecordedSettings = Omit<ResumeProgress, 'had' | 'unfinished' | 'stamps'>

function recordedSettings(data: TorrentData): RecordedSettings {
  const { origin, content, totals, limits } = data
  const download = bytesPerSecond(limits?.download)
  const upload = bytesPerSecond(limits?.upload)
  const list = content?.selection.toList()
  return {
    ...(content ? {} : { magnet: data.magnet }),
    directory: data.directory,
    paused: data.lifecycle.paused,
    sequential: data.isSequential,
    ...(data.firstLastFirst && { firstLastFirst: true }),
    ...(data.isSuperSeeding && { superSeeding: true }),
    sourcesOff: data.sourcesOff,
    ...(data.place.preallocate && { preallocate: true }),
    addedMs: data.addedMs,
    downloadedBytes: totals?.downloadedBytes ?? 0,
    uploadedBytes: totals?.uploadedBytes ?? 0,
    ...(download === undefined ? {} : { downloadLimit: download }),
    ...(upload === undefined ? {} : { uploadLimit: upload }),
    renamed: data.renamed ?? new Map(),
    ...(data.contentLayout && { contentLayout: data.contentLayout }),
    ...(data.moving && { moving: data.moving }),
    trackers: origin.trackers.flat(),
    webSeeds: origin.webSeeds,
    ...(origin.ownTrackers && { trackerTiers: origin.trackers }),
    ...(origin.ownWebSeeds && { ownWebSeeds: true }),
    ...(origin.peers.length > 0 && {
      peers: mergePeers(origin.peers, []).map(({ host, port }) => formatHostPort(host, port)),
    }),
    priorities: list ? Uint8Array.from(list) : null,
  }
}

/** A limit in integer bytes per second; undefined if it is unlimited. */
function bytesPerSecond(limit: RateLimit | undefined): number | undefined {
  return limit && !limit.isUnlimited ? Math.round(limit.bytesPerSecond) : undefined
}
