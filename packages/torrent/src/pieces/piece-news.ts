const REMEMBERED = 1024

/**
 * The last pieces that became worth asking for: begun to be wanted, free again, or gained by some source. Who found nothing to do looks at
 * what is new since then instead of at every piece of the torrent.
 */
export class PieceNews {
  readonly #ring = new Int32Array(REMEMBERED)
  #mark = 0

  /** How many pieces were ever added. */
  get mark(): number {
    return this.#mark
  }

  add(piece: number): void {
    this.#ring[this.#mark % REMEMBERED] = piece
    this.#mark++
  }

  /** Whether all that was added since `mark` is still known. */
  reachesBack(mark: number): boolean {
    return this.#mark - mark <= REMEMBERED
  }

  /** The piece that was added when `mark` was the mark. */
  at(mark: number): number {
    return this.#ring[mark % REMEMBERED]!
  }
}
