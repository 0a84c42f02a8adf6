import { Bitfield } from '../base/bitfield.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import type { Storage } from '../storage/storage.ts'
import { PieceRoots } from '../swarm/piece-roots.ts'
import { Selection } from '../swarm/selection.ts'

/** A torrent whose metadata is known: its bytes, which of them are here, and which are wanted. */
export class Content {
  readonly metainfo: Metainfo
  readonly layout: PieceLayout
  readonly storage: Storage
  readonly have: Bitfield
  /** `have` was found out: what it lacks is missing, not just unknown. */
  isChecked = false
  /** What an earlier run recorded as had: it is shown, and nothing else done with it, until `have` is found out. */
  recorded: Bitfield | null = null
  /** Pieces that were stored since the last good flush; null: none. Kept only where progress is recorded. */
  unflushed: Set<number> | null = null
  /** Some of what is had was written by others, such as an earlier process that was killed: it may not have reached the disk yet. */
  isForeign = false
  /** Blocks in storage of pieces that are not had, a bitfield by piece: what a transfer saved, for the next to take up. */
  unfinished: ReadonlyMap<number, Uint8Array> = new Map()
  selection: Selection
  #roots: PieceRoots | undefined
  #known: Metainfo | undefined
  #wantedBytes = 0
  #haveBytes = 0
  /** Count of `shown` for which `#haveBytes` was computed, and which it was; -1 when the selection changed. */
  #counted = -1
  #countedIn: Bitfield | null = null

  constructor(metainfo: Metainfo, layout: PieceLayout, storage: Storage, selection?: Selection) {
    this.metainfo = metainfo
    this.layout = layout
    this.storage = storage
    this.have = new Bitfield(layout.pieceCount)
    this.selection = selection ?? new Selection(layout)
  }

  /** Its bytes are in files, which others can delete. */
  get isOnDisk(): boolean {
    return this.storage.segments(0, 0) !== null
  }

  static layoutOf(metainfo: Metainfo): PieceLayout {
    return new PieceLayout(metainfo.info)
  }

  /** Hashes of v2; made when first needed. */
  get roots(): PieceRoots {
    this.#roots ??= new PieceRoots(this.metainfo.info, this.layout, this.metainfo.pieceLayers)
    return this.#roots
  }

  /** The metainfo with the piece layers known so far. Those are put together when they are read: most who ask want something else. */
  get known(): Metainfo {
    const layers = () => this.pieceLayers
    this.#known ??= {
      ...this.metainfo,
      get pieceLayers() {
        return layers()
      },
    }
    return this.#known
  }

  /** Piece layers known so far (BEP 52), those that peers told included. */
  get pieceLayers(): ReadonlyMap<string, Uint8Array> {
    return this.#roots ? this.#roots.hashes.pieceLayers() : this.metainfo.pieceLayers
  }

  get wantedBytes(): number {
    this.#count()
    return this.#wantedBytes
  }

  /** Verified bytes of wanted files. */
  get haveBytes(): number {
    this.#count()
    return this.#haveBytes
  }

  /** All wanted pieces are here. */
  get isComplete(): boolean {
    return this.#isCompleteWith(this.have)
  }

  /** The same of what is shown: before a torrent that rests since the start has looked at its files, what was recorded of them. */
  get isShownComplete(): boolean {
    return this.#isCompleteWith(this.shown)
  }

  #isCompleteWith(have: Bitfield): boolean {
    if (have.isFull) return true
    if (this.selection.isDefault) return false
    for (let piece = 0; piece < this.layout.pieceCount; piece++)
      if (!have.has(piece) && this.selection.piecePriority(piece) > 0) return false
    return true
  }

  /** The pieces that people are told are here. */
  get shown(): Bitfield {
    return this.isChecked || this.have.count > 0 ? this.have : (this.recorded ?? this.have)
  }

  /** The selection changed. */
  recount(): void {
    this.#counted = -1
  }

  /** Verified bytes of one file, by index among all files. */
  haveBytesOf(file: number): number {
    const { offsetBytes, lengthBytes } = this.layout.files[file]!
    const { first, end } = this.layout.piecesOf(file)
    const { shown } = this
    let sum = 0
    for (let piece = first; piece < end; piece++) {
      if (!shown.has(piece)) continue
      const begin = Math.max(offsetBytes, this.layout.pieceOffset(piece))
      sum += Math.min(offsetBytes + lengthBytes, this.layout.pieceOffset(piece + 1)) - begin
    }
    return sum
  }

  #count(): void {
    const { shown } = this
    if (this.#counted === shown.count && this.#countedIn === shown) return
    this.#counted = shown.count
    this.#countedIn = shown
    this.#wantedBytes = this.selection.isDefault ? this.metainfo.info.lengthBytes : this.selection.wantedBytes
    if (shown.isFull) {
      this.#haveBytes = this.#wantedBytes
      return
    }
    this.#haveBytes = 0
    for (const [file, { pad }] of this.layout.files.entries())
      if (!pad && this.selection.priorityOf(file) > 0) this.#haveBytes += this.haveBytesOf(file)
  }
}
