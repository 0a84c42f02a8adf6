import { messageOf, type ShoalError } from '../base/errors.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import type { ResumeProgress, ResumeStore } from '../storage/resume-store.ts'
import type { Content } from './content.ts'
import { FlushRetry } from './flush-retry.ts'
import { type RecordedState, recordedStateOf } from './recorded-state.ts'
import { Recorder, type RecorderHost } from './recorder.ts'
import type { Torrent } from './torrent.ts'
import type { TorrentTask } from './torrent-task.ts'

/** What is kept of one torrent between runs. A record that fails stops nothing: what it lacks is checked at the next start. */
export class Records implements RecorderHost {
  readonly #task: TorrentTask
  readonly #torrent: Torrent
  readonly #recorder: Recorder
  #paused: boolean | undefined
  /** While what was written last may be lost. */
  #flushRetry: FlushRetry | null = null

  constructor(store: ResumeStore, task: TorrentTask, torrent: Torrent) {
    this.#task = task
    this.#torrent = torrent
    const { progress } = task.place
    this.#recorder = new Recorder(store, this, progress !== null)
    this.#paused = progress?.paused
    if (!progress || progress.moving) this.touch()
  }

  /** Something that is recorded changed. */
  touch(): void {
    this.#recorder.touch()
  }

  /** Bytes came or went. */
  touchTotals(): void {
    this.#recorder.touchTotals()
  }

  /** The torrent starts: worth recording when the record says otherwise. */
  started(): void {
    if (this.#paused !== false) this.touch()
  }

  /** A piece was stored. */
  stored(piece: number): void {
    const { content } = this.#task
    if (content) content.unflushed = (content.unflushed ?? new Set()).add(piece)
    this.touch()
  }

  tick(nowMs: number): void {
    if (!this.#flushRetry) this.#recorder.tick(nowMs)
    else if (this.#flushRetry.isDue) this.retryFlush()
  }

  /** Tries again to make safe what a flush may have lost; until that is done the torrent stays stopped. False: there is no such thing. */
  retryFlush(): boolean {
    if (!this.#flushRetry) return false
    void this.#retryFlush(this.#flushRetry)
    return true
  }

  async #retryFlush(retry: FlushRetry): Promise<void> {
    const { content, hashPool } = this.#task
    const outcome = content ? await retry.retry(content, hashPool) : 'refused'
    // Another try, or a check of all there is, came first.
    if (this.#flushRetry !== retry || this.#task.life.isClosed) return
    if (outcome === 'refused') return this.#task.onStorageFault(retry.fault)
    this.#flushRetry = null
    if (!content || outcome === 'lost') return void this.#task.recheck().catch(() => {})
    content.unflushed = null
    content.isChecked = true
    this.#task.onRecovered()
    this.touch()
  }

  /** All that is stored is checked again, so nothing is left to retry. */
  giveUpFlush(): void {
    this.#flushRetry = null
  }

  /** Makes safe what changed since. Never rejects. */
  async record(): Promise<void> {
    await this.#recorder.record().catch(error => this.onRecordError(error))
  }

  /** Makes safe that it was added. Rejects when that cannot be written. */
  async recordAdded(): Promise<void> {
    await this.#recorder.recordAdded()
  }

  /** Waits for the record under way, then records no more. */
  async stop(): Promise<void> {
    await Promise.all([this.#recorder.stop(), this.#flushRetry?.settled()])
  }

  /** Deletes what was recorded. */
  async forget(): Promise<void> {
    await this.#recorder.forget()
  }

  get infoHashes(): InfoHashes {
    return this.#task.infoHashes
  }

  get content(): Content | null {
    return this.#task.content
  }

  get recorded(): ResumeProgress | null {
    return this.#task.place.progress
  }

  recordedState(): RecordedState {
    this.#paused = this.#task.life.paused
    return recordedStateOf(this.#task, this.#torrent)
  }

  async saveUnfinished(): Promise<void> {
    await this.#task.saveUnfinished()
  }

  onStorageFault(error: unknown): void {
    this.#task.onStorageFault(error)
  }

  onFlushFault(fault: ShoalError): void {
    this.#flushRetry ??= new FlushRetry(this.#task.clock, fault)
    this.#task.onStorageFault(fault)
  }

  onRecordError(error: unknown): void {
    this.#task.log(`progress could not be saved: ${messageOf(error)}`)
  }
}
