import type { Clock } from '../../base/clock.ts'
import { codeOf, type ShoalError } from '../../base/errors.ts'
import type { HashPool } from '../../hash/hash-pool.ts'
import { recheck } from '../../hash/recheck.ts'
import type { Content } from './content.ts'

/** Interval between retries of a flush that failed for lack of space. */
const RETRY_FLUSH_MS = 5000

/**
 * `safe`: everything is on the disk and correct. `lost`: some of it is not. `refused`: the disk
 * fails as before.
 */
export type FlushOutcome = 'safe' | 'lost' | 'refused'

/**
 * Retries a failed flush. A system may drop the bytes that it could not write, or keep them in
 * memory as if they were on the disk and report nothing at the next flush, so each piece stored
 * since the last successful flush is written again.
 */
export class FlushRetry {
  readonly fault: ShoalError
  readonly #clock: Clock
  #nextMs: number
  #running: Promise<FlushOutcome> | null = null

  constructor(clock: Clock, fault: ShoalError) {
    this.#clock = clock
    this.fault = fault
    this.#nextMs = clock.nowMs() + RETRY_FLUSH_MS
  }

  /**
   * Whether an automatic retry is due: a full disk may have space again; a broken one needs the
   * user.
   */
  get isDue(): boolean {
    return this.fault.code === 'no-space' && !this.#running && this.#clock.nowMs() >= this.#nextMs
  }

  /** Never rejects. Concurrent calls share one retry. */
  retry(content: Content, pool: HashPool): Promise<FlushOutcome> {
    this.#running ??= writeAgain(content, pool)
      .catch((error): FlushOutcome => (codeOf(error) === 'not-found' ? 'lost' : 'refused'))
      .finally(() => {
        this.#running = null
        this.#nextMs = this.#clock.nowMs() + RETRY_FLUSH_MS
      })
    return this.#running
  }

  /** Resolves when no more reads or writes are in progress. */
  async settled(): Promise<void> {
    await this.#running
  }
}

async function writeAgain(content: Content, pool: HashPool): Promise<FlushOutcome> {
  const { layout, storage } = content
  const pieces = [...(content.unflushed ?? [])].sort((a, b) => a - b)
  for (const piece of pieces) {
    const bytes = new Uint8Array(layout.dataSize(piece))
    await storage.read(layout.pieceOffset(piece), bytes)
    await storage.write(layout.pieceOffset(piece), bytes)
  }
  const { isForeign } = content
  await storage.flush({ all: isForeign })
  // It is unknown which pieces written by others a failed flush may have lost.
  if (isForeign) return 'lost'
  // After the flush, so that this reads what is on the disk.
  const right = await recheck({ ...content.recheckJob, pool, pieces })
  return pieces.every(piece => right.has(piece)) ? 'safe' : 'lost'
}
