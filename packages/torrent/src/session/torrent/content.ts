import { Bitfield } from '../../base/bitfield.ts'
import type { RecheckJob } from '../../hash/recheck-job.ts'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { selectedFiles } from '../../metainfo/magnet.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { Storage } from '../../storage/storage.ts'
import { PieceRoots } from '../../swarm/pieces/piece-roots.ts'
import { Selection } from '../../swarm/pieces/selection.ts'
import type { SessionContext } from '../context.ts'
import type { TorrentOrigin, TorrentPlace } from './origin.ts'

/** Shared by all torrents: an empty map takes 200 bytes. */
const NONE_UNFINISHED: ReadonlyMap<number, Uint8Array> = new Map()

/**
 * The content of a torrent with known metadata: where its bytes are stored, which pieces are
 * present, and which are wanted.
 */
export class Content {
  readonly metainfo: Metainfo
  readonly layout: PieceLayout
  readonly storage: Storage
  /** Verified pieces. */
  readonly have: Bitfield
  /** Whether a check filled `have`: a piece that it lacks is then missing, not just unknown. */
  isChecked = false
  /** The pieces that an earlier run recorded. They are only shown, until a check fills `have`. */
  recorded: Bitfield | null = null
  /**
   * Pieces stored since the last successful flush; null if none. Kept only if progress is recorded.
   */
  unflushed: Set<number> | null = null
  /**
   * Whether others, such as a killed earlier process, wrote some of the pieces: those may not have
   * reached the disk yet.
   */
  isForeign = false
  /**
   * Blocks of incomplete pieces that a transfer saved to storage for the next one to resume: a
   * bitfield of blocks by piece.
   */
  unfinished = NONE_UNFINISHED
  selection: Selection
  /** Whether no missing wanted piece can be verified until peers send hashes (BEP 52). */
  needsHashes = false
  #roots: PieceRoots | undefined
  #known: Metainfo | undefined
  #wantedBytes = 0
  #haveBytes = 0
  /**
   * The count of pieces and the bitfield from which `#haveBytes` was computed; -1 after the
   * selection changed.
   */
  #counted = -1
  #countedIn: Bitfield | null = null

  constructor(metainfo: Metainfo, layout: PieceLayout, storage: Storage, selection?: Selection) {
    this.metainfo = metainfo
    this.layout = layout
    this.storage = storage
    this.have = new Bitfield(layout.pieceCount)
    this.selection = selection ?? new Selection(layout)
  }

  /** Whether the bytes are in files, which others can delete. */
  get isOnDisk(): boolean {
    return this.storage.segments(0, 0) !== null
  }

  /** The v2 hashes; created when first needed. */
  get roots(): PieceRoots {
    this.#roots ??= new PieceRoots(this.metainfo.info, this.layout, this.metainfo.pieceLayers)
    return this.#roots
  }

  /**
   * The metainfo with the piece layers known so far. Assembled on each read, since most callers do
   * not need the layers.
   */
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

  /** Piece layers known so far (BEP 52), including those that peers sent. */
  get pieceLayers(): ReadonlyMap<string, Uint8Array> {
    return this.#roots ? this.#roots.hashes.pieceLayers() : this.metainfo.pieceLayers
  }

  /** A check of the stored bytes, without the hash pool. Piece layers that they prove are kept. */
  get recheckJob(): Omit<RecheckJob, 'pool'> {
    const { metainfo, layout, storage, pieceLayers } = this
    const onLayer = (root: string, layer: Uint8Array) => this.roots.learn(root, layer)
    return { info: metainfo.info, layout, storage, pieceLayers, onLayer }
  }

  /** Call when the torrent was checked, the selection changed or hashes arrived. */
  updateNeed(): void {
    this.needsHashes = this.metainfo.info.version === 'v2' && !this.isComplete && !this.#canVerifyMore()
  }

  #canVerifyMore(): boolean {
    const { have, layout, selection, roots } = this
    for (let piece = 0; piece < layout.pieceCount; piece++)
      if (!have.has(piece) && selection.piecePriority(piece) > 0 && roots.knows(piece)) return true
    return false
  }

  /**
   * Returns whether the metainfo of this torrent, from another source, has piece layers that were
   * missing.
   */
  learnLayers({ pieceLayers }: Pick<Metainfo, 'pieceLayers'>): boolean {
    if (pieceLayers.size <= this.pieceLayers.size) return false
    for (const [root, layer] of pieceLayers) this.roots.learn(root, layer)
    return true
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

  /** Whether all wanted pieces are present. */
  get isComplete(): boolean {
    return this.#isCompleteWith(this.have)
  }

  /**
   * The same for `shown`, which is the record of an earlier run until the files have been checked.
   */
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

  /** The pieces that the public API reports as present. */
  get shown(): Bitfield {
    return this.isChecked || this.have.count > 0 ? this.have : (this.recorded ?? this.have)
  }

  /** Call when the selection changes. */
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

/** Joins metadata to the storage of its bytes and to the selection. Opens no file. */
export function openContent(
  context: SessionContext,
  metainfo: Metainfo,
  {
    directory,
    renamed,
    origin,
    place,
  }: {
    readonly directory: string
    readonly renamed: ReadonlyMap<number, readonly string[]> | null
    readonly origin: TorrentOrigin
    readonly place: TorrentPlace
  },
): Content {
  const layout = new PieceLayout(metainfo.info)
  const { select } = origin
  const priorities = place.progress?.priorities ?? null
  const storage = context.storage.create({
    layout,
    name: infoHashText(metainfo.info.infoHashes),
    directory,
    memory: place.memory,
    preallocate: place.preallocate,
    renamed: renamed ?? new Map(),
  })
  const selection = Selection.from(layout, priorities ? [...priorities] : null)
  const content = new Content(metainfo, layout, storage, selection)
  if (select && !priorities) {
    const files = realFiles(content)
    const chosen = new Set(selectedFiles(select, files.length))
    for (const [index, file] of files.entries()) if (!chosen.has(index)) selection.set(file, 0)
  }
  if (place.progress?.had) content.recorded = Bitfield.from(place.progress.had, layout.pieceCount)
  if (place.progress?.unfinished) content.unfinished = place.progress.unfinished
  return content
}

/** Indexes, among all files, of those that are not pad files. */
export function realFiles({ layout }: Pick<Content, 'layout'>): number[] {
  const indexes: number[] = []
  for (const [at, { pad }] of layout.files.entries()) if (!pad) indexes.push(at)
  return indexes
}
