import { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import type { TorrentVersion } from '../metainfo/metainfo.ts'
import type { HashOptions, PieceDigests } from './hash-pool.ts'

/** Collects the digests of a job. */
export class DigestTable {
  readonly present: Bitfield
  readonly sha1: Uint8Array | null
  readonly roots: Uint8Array | null

  constructor(version: TorrentVersion, pieceCount: number) {
    this.present = new Bitfield(pieceCount)
    this.sha1 = version === 'v2' ? null : new Uint8Array(pieceCount * 20)
    this.roots = version === 'v1' ? null : new Uint8Array(pieceCount * 32)
  }

  result(): PieceDigests {
    return {
      present: this.present,
      ...(this.sha1 && { sha1: this.sha1 }),
      ...(this.roots && { roots: this.roots }),
    }
  }
}

const PROGRESS_INTERVAL_MS = 100

/** Reports a job's progress at most ten times a second, and always reports its end. */
export class ProgressReport {
  readonly #report: HashOptions['onProgress']
  readonly #totalBytes: number
  readonly #clock: Clock
  #doneBytes = 0
  #reportedMs: number

  constructor(totalBytes: number, report: HashOptions['onProgress'], clock: Clock) {
    this.#totalBytes = totalBytes
    this.#report = report
    this.#clock = clock
    this.#reportedMs = clock.nowMs()
  }

  add(bytes: number): void {
    this.#doneBytes += bytes
    if (!this.#report || this.#doneBytes >= this.#totalBytes) return
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#reportedMs < PROGRESS_INTERVAL_MS) return
    this.#reportedMs = nowMs
    this.#report({ doneBytes: this.#doneBytes, totalBytes: this.#totalBytes })
  }

  end(): void {
    this.#report?.({ doneBytes: this.#totalBytes, totalBytes: this.#totalBytes })
  }
}
