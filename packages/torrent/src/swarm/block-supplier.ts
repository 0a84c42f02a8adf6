import type { BlockSource } from '../pieces/pieces.ts'

/** A source of blocks that is not a peer (a web seed), as its swarm sees it. */
export interface BlockSupplier extends BlockSource {
  /** Names it in blame and bans: its address. */
  readonly key: string
  onParole: boolean
  /** Asks for more, as far as it may. */
  fill(): void
  /** Another source delivered the block first. */
  cancelBlock(number: number): void
  /** Once a second. */
  tick(nowMs: number): void
  /** Drops what is under way, until `resume`. */
  pause(): void
  resume(): void
  /** It sent wrong bytes: it is never asked again. */
  ban(): void
  close(): void
}
