import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import type { Turn } from './partial-pieces.ts'
import { PickingPolicy, type PickingPolicyOptions } from './policy.ts'
import { LEAST_BLOCKS, SourceWeights } from './source-weights.ts'

/**
 * In endgame, a source that has delivered nothing yet gets a few blocks that take others longer
 * than this.
 */
const TRIAL_MS = 2000

/**
 * The order of choice of PickingPolicy, with two additions. Rules 2 to 5 give a source no more than
 * its share of the last blocks (SourceWeights). And in endgame, a source of unknown rate shows how
 * fast it is with blocks that others deliver late.
 */
export class WeighedPolicy extends PickingPolicy {
  readonly #options: PickingPolicyOptions
  readonly #weights: SourceWeights

  constructor(options: PickingPolicyOptions) {
    super(options)
    this.#options = options
    this.#weights = new SourceWeights(options.sources)
  }

  override pick(turn: Turn): void {
    const { pieces, deadlines } = this.#options
    const isShared = !pieces.allRequested && deadlines.list.length === 0
    const kept = isShared ? this.#weights.withheld(turn, pieces.blocksLeft) : 0
    turn.left -= kept
    super.pick(turn)
    turn.left += kept
    const { source, state } = turn
    if (source.bytesPerSecond === 0 && state.requested === 0 && !source.onParole && pieces.allRequested)
      this.#try(turn)
  }

  /**
   * Requests a few blocks that are requested from only one other source, which is slow to deliver
   * them.
   */
  #try(turn: Turn): void {
    const { source, state } = turn
    for (const partial of this.#options.partial.list) {
      if (!source.isSeed && !source.has(partial.piece)) continue
      for (let block = partial.blockCount - 1; block >= 0; block--) {
        if (turn.left === 0 || state.requested >= LEAST_BLOCKS) return
        if (partial.sourceCount(block) !== 1 || !this.#isLate(partial.firstSource(block))) continue
        this.#options.partial.requestAgain(partial, block, turn)
      }
    }
  }

  #isLate(sourceId: number): boolean {
    const { sources } = this.#options
    const bytesPerSecond = sources.bytesPerSecond(sourceId)
    const bytes = sources.requestedFrom(sourceId) * BLOCK_BYTES
    return bytesPerSecond > 0 && (bytes * 1000) / bytesPerSecond > TRIAL_MS
  }
}
