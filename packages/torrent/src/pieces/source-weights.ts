import type { Turn } from './partial-pieces.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceState, SourceTable } from './source-table.ts'

/** With more blocks left than this, no source can request more than its share anyway. */
const MANY_BLOCKS = 8192
/** Least number of blocks for a source, so that it does not wait a round trip for each. */
export const LEAST_BLOCKS = 4
/** Time for which a sum of weights is used. */
const SUM_MS = 100
/** Reputation, in thousandths, that doubles the weight of a source. */
const DOUBLING = 1000

/**
 * Divides the last blocks of a download among the sources that could all deliver them, by measured
 * rate and reputation, so that they finish at the same time: slow sources do not hold up fast ones.
 * A source whose rate is unknown counts like the average of the others.
 */
export class SourceWeights {
  readonly #sources: SourceTable
  /** The sources in the sum of weights. */
  readonly #counted = new Set<SourceState>()
  #sum = 0
  #average = 1
  #summedMs = Number.NEGATIVE_INFINITY

  constructor(sources: SourceTable) {
    this.#sources = sources
  }

  /**
   * Returns how many of the blocks that the turn could request exceed its source's share, with
   * `left` blocks still missing.
   */
  withheld({ source, state, nowMs, left: wanted }: Turn, left: number): number {
    if (left > MANY_BLOCKS) return 0
    if (nowMs - this.#summedMs >= SUM_MS) this.#sumUp(nowMs)
    const own = this.#weight(source)
    const share = own / Math.max(own, this.#sum + (this.#counted.has(state) ? 0 : own))
    const room = Math.max(0, Math.max(LEAST_BLOCKS, Math.ceil(left * share)) - state.requested)
    return Math.max(0, wanted - room)
  }

  /**
   * Sums the weights of seeds with requests. Others may lack the remaining pieces, so nothing is
   * reserved for them.
   */
  #sumUp(nowMs: number): void {
    let [known, unknown, sum] = [0, 0, 0]
    this.#counted.clear()
    for (const state of this.#sources.all()) {
      const { source, requested } = state
      if (requested === 0 || !source.isSeed) continue
      this.#counted.add(state)
      if (source.bytesPerSecond === 0) unknown++
      else {
        known++
        sum += this.#weight(source)
      }
    }
    this.#average = known > 0 ? sum / known : 1
    this.#sum = sum + unknown * this.#average
    this.#summedMs = nowMs
  }

  #weight({ bytesPerSecond, reputation = 0 }: BlockSource): number {
    return bytesPerSecond === 0 ? this.#average : bytesPerSecond * 2 ** (reputation / DOUBLING)
  }
}
