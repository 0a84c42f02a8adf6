import type { BlockSource } from '../../pieces/pieces.ts'

/** A source of blocks that is not a peer, such as a web seed, as its swarm sees it. */
export interface BlockSupplier extends BlockSource {
  /** Identifies it for the smart ban: its address. */
  readonly key: string
  onParole: boolean
  /** Requests more blocks, as far as it may. */
  fill(): void
  /** Another source delivered the block first. */
  cancelBlock(number: number): void
  /** Once a second. */
  tick(nowMs: number): void
  /** Drops pending requests and makes no more until `resume`. */
  pause(): void
  resume(): void
  /** It sent wrong bytes: makes no more requests to it. */
  ban(): void
  close(): void
}
