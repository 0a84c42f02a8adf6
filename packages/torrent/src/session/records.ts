import { messageOf } from '../base/errors.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import type { ResumeProgress, ResumeStore } from '../storage/resume-store.ts'
import type { Content } from './content.ts'
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

  constructor(store: ResumeStore, task: TorrentTask, torrent: Torrent) {
    this.#task = task
    this.#torrent = torrent
    const { progress } = task.place
    this.#recorder = new Recorder(store, this, progress !== null)
    this.#paused = progress?.paused
    if (!progress) this.touch()
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

  tick(nowMs: number): void {
    this.#recorder.tick(nowMs)
  }

  /** Makes safe what changed since. Never rejects. */
  async record(): Promise<void> {
    await this.#recorder.record().catch(error => this.onRecordError(error))
  }

  /** Waits for the record under way, then records no more. */
  async stop(): Promise<void> {
    await this.#recorder.stop()
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

  onStorageFault(error: unknown): void {
    this.#task.onStorageFault(error)
  }

  onRecordError(error: unknown): void {
    this.#task.log(`progress could not be saved: ${messageOf(error)}`)
  }
}
