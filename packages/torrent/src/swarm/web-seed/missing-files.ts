import { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'

/** How long a missing file is not requested; doubles each time. */
const FIRST_WAIT_MS = 60_000
const MOST_WAIT_MS = 2 * 60 * 60_000

/** The files that a web seed does not have, and when to try each again. */
export class MissingFiles {
  readonly #layout: PieceLayout
  /** When to try again, by file; infinite means never. */
  readonly #untilMs = new Map<number, number>()
  /** How often each was missing. */
  readonly #times = new Map<number, number>()

  constructor(layout: PieceLayout) {
    this.#layout = layout
  }

  get size(): number {
    return this.#untilMs.size
  }

  add(file: number, nowMs: number, options: { forever: boolean; retryAfterMs: number }): void {
    const times = this.#times.get(file) ?? 0
    this.#times.set(file, times + 1)
    const waitMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(times, 20))
    this.#untilMs.set(
      file,
      options.forever ? Number.POSITIVE_INFINITY : nowMs + Math.max(waitMs, options.retryAfterMs),
    )
  }

  /** Forgets files that are due for another try. Returns whether there were any. */
  expire(nowMs: number): boolean {
    let any = false
    for (const [file, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) continue
      this.#untilMs.delete(file)
      any = true
    }
    return any
  }

  /** The pieces without any bytes of missing files. */
  pieces(): Bitfield {
    const bits = Bitfield.full(this.#layout.pieceCount)
    for (const file of this.#untilMs.keys()) {
      const { first, end } = this.#layout.piecesOf(file)
      for (let piece = first; piece < end; piece++) bits.clear(piece)
    }
    return bits
  }
}
