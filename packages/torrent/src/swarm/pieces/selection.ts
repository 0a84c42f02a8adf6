import type { PieceLayout } from '../../metainfo/layout.ts'
import type { PiecePriority } from '../../pieces/pieces.ts'

const NORMAL_PRIORITY: PiecePriority = 4
const HIGHEST_PRIORITY: PiecePriority = 7

/**
 * The priorities of files, and the resulting priorities of pieces. A piece that several files
 * share has the highest of their priorities.
 */
export class Selection {
  readonly #layout: PieceLayout
  /**
   * By index among all files, including pads (0 for those). Undefined while everything is wanted
   * equally.
   */
  #priorities: Uint8Array | undefined

  constructor(layout: PieceLayout) {
    this.#layout = layout
  }

  /**
   * Whether the first and the last piece of each wanted file come before others, since players read
   * them first.
   */
  firstLastFirst = false

  /** Whether all pieces are wanted at the normal priority. */
  get isDefault(): boolean {
    return this.#priorities === undefined && !this.firstLastFirst
  }

  priorityOf(file: number): PiecePriority {
    if (this.#layout.files[file]!.pad) return 0
    return (this.#priorities?.[file] ?? NORMAL_PRIORITY) as PiecePriority
  }

  set(file: number, priority: PiecePriority): void {
    this.#priorities ??= Uint8Array.from(this.#layout.files, ({ pad }) => (pad ? 0 : NORMAL_PRIORITY))
    this.#priorities[file] = priority
  }

  /** Whether each file is wanted, by index. */
  wanted(): boolean[] {
    return this.#layout.files.map((_, file) => this.priorityOf(file) > 0)
  }

  piecePriority(piece: number): PiecePriority {
    if (this.isDefault) return NORMAL_PRIORITY
    const { files } = this.#layout
    const begin = this.#layout.pieceOffset(piece)
    const end = begin + this.#layout.pieceLengthBytes
    let highest: PiecePriority = 0
    for (let file = this.#layout.fileAt(begin); file >= 0 && file < files.length; file++) {
      const { offsetBytes, lengthBytes } = files[file]!
      if (offsetBytes >= end) break
      const isEdge = offsetBytes >= begin || offsetBytes + lengthBytes <= end
      const wanted = lengthBytes > 0 ? this.priorityOf(file) : 0
      const priority = this.firstLastFirst && isEdge && wanted > 0 ? HIGHEST_PRIORITY : wanted
      if (priority > highest) highest = priority
    }
    return highest
  }

  /** Bytes of all wanted files. */
  get wantedBytes(): number {
    let sum = 0
    for (const [file, { lengthBytes, pad }] of this.#layout.files.entries())
      if (!pad && this.priorityOf(file) > 0) sum += lengthBytes
    return sum
  }

  /** For resume data: one priority per file, or null for the default. */
  toList(): number[] | null {
    return this.#priorities ? [...this.#priorities] : null
  }

  static from(layout: PieceLayout, list: readonly number[] | null): Selection {
    const selection = new Selection(layout)
    if (list && list.length === layout.files.length)
      for (const [file, priority] of list.entries())
        if (!layout.files[file]!.pad) selection.set(file, Math.max(0, Math.min(7, priority)) as PiecePriority)
    return selection
  }
}
