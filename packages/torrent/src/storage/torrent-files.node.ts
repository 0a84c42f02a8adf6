import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { byPiece, settleAll, takeBytes } from './byte-runs.ts'
import { MISSING, stampOf } from './file-stamps.node.ts'
import { SYNCS_AT_ONCE, syncFile, syncOthers } from './file-syncs.node.ts'
import { Folders, parentOf } from './folders.node.ts'
import { forEach, readInto } from './fs.node.ts'
import { Gate, Turns } from './gate.ts'
import type { HandlePool } from './handle-pool.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import { PartFile } from './part-file.node.ts'
import type { PartShape } from './part-index.ts'
import type { NameRules } from './safe-names.ts'
import type { StoredSegment } from './storage.ts'
import { type FileOwner, StoredFile } from './stored-file.node.ts'
import { diskPaths, partFileName, type Renamed } from './torrent-place.ts'

/** Everything about a torrent's files that outlives their use: what an idle torrent costs. */
export interface TorrentPlace {
  readonly layout: PieceLayout
  readonly name: string
  readonly handles: HandlePool
  readonly preallocate: boolean
  directory: string
  /** Null: none. */
  renamed: Map<number, readonly string[]> | null
  /** Null: all. */
  wanted: readonly boolean[] | null
  /** Files that were opened at some time, a byte each, the part file last. Null: none. */
  seen: Uint8Array | null
  /** Called when no file is open any more. */
  onIdle(): void
}

export const NAME_RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/**
 * The files of a torrent in use. Made when one of them is first needed and forgotten when none is open, so it holds nothing that is not
 * on disk or in its TorrentPlace. Its methods leave the gate to the caller: they run inside it.
 */
export class TorrentFiles implements FileOwner {
  readonly place: TorrentPlace
  /** Passed by all who read and write, shut while files change place. */
  readonly gate = new Gate()
  /** Changes of where files are, one after the other. */
  readonly changes = new Turns()
  /** Ends a move under way when the storage is closed. */
  stopMove: AbortController | null = null
  /** While what a move leaves behind is deleted. */
  clearing: Promise<void> | null = null
  folders: Folders
  /** Path of each file below the download folder; empty for pads. */
  readonly paths: string[]
  /** Files with bytes that a power cut could still take away. */
  readonly dirty = new Set<StoredFile>()
  /** Told of every run of bytes that changed in a file. */
  onWritten: ((file: StoredFile, begin: number, end: number) => void) | null = null
  /** Whether anything was written: then empty files are missing from the torrent too. */
  written = false
  /** Whether the wanted empty files were created, as the first write does. */
  hasEmptyFiles = false
  readonly #files = new Map<number, StoredFile>()
  readonly #partFile: StoredFile
  /** Undefined: not looked for yet. */
  #parts: PartFile | null | undefined
  #loading: Promise<void> | null = null
  #flushing: Promise<void> | null = null
  #reserving: AbortController | null
  /** Unwanted files that have, or have not, a file of their own. */
  readonly #ownFile = new Map<number, boolean>()

  constructor(place: TorrentPlace) {
    this.place = place
    this.folders = new Folders(place.directory)
    const partName = partFileName(place.name, NAME_RULES)
    this.paths = placePaths(place)
    this.#reserving = place.preallocate ? new AbortController() : null
    this.#partFile = new StoredFile(this, {
      index: -1,
      relative: partName,
      lengthBytes: Number.POSITIVE_INFINITY,
    })
  }

  get reserving(): AbortSignal | null {
    return this.#reserving?.signal ?? null
  }

  setReserving(active: boolean): void {
    this.#reserving?.abort(new ShoalError('cancelled', 'the torrent was stopped while it reserved room'))
    this.#reserving = active && this.place.preallocate ? new AbortController() : null
  }

  get layout(): PieceLayout {
    return this.place.layout
  }

  get partShape(): PartShape {
    const { pieceLengthBytes, pieceCount, files } = this.layout
    return { pieceLengthBytes, pieceCount, fileCount: files.length }
  }

  /** Whether `load` has looked for the part file. */
  get isLoaded(): boolean {
    return this.#parts !== undefined
  }

  /** The part file, if there is one. Only after `load`. */
  get parts(): PartFile | null {
    return this.#parts ?? null
  }

  /** Whether this can be forgotten without losing anything. */
  get isIdle(): boolean {
    if (this.clearing) return false
    if (this.gate.busy || this.changes.busy || this.dirty.size > 0 || this.folders.hasChanges) return false
    for (const file of this.openFiles()) if (file.handle || file.opening) return false
    return true
  }

  /** Whether the part file has bytes of wanted files: a move out of it was cut short. */
  get hasLeftovers(): boolean {
    const { parts } = this
    return parts !== null && this.paths.some((_, file) => this.wants(file) && parts.index.holds(file))
  }

  wants(file: number): boolean {
    return this.place.wanted === null || this.place.wanted[file] === true
  }

  file(index: number): StoredFile {
    let file = this.#files.get(index)
    if (file === undefined) {
      const { lengthBytes, executable } = this.layout.files[index]!
      file = new StoredFile(this, { index, relative: this.paths[index]!, lengthBytes, executable })
      this.#files.set(index, file)
    }
    return file
  }

  /** The file, if it was needed so far. */
  fileInUse(index: number): StoredFile | undefined {
    return this.#files.get(index)
  }

  /** Files that were needed so far, the part file among them. */
  openFiles(): StoredFile[] {
    return [...this.#files.values(), this.#partFile]
  }

  wasSeen(file: StoredFile): boolean {
    return this.place.seen?.at(file.index) === 1
  }

  setSeen(file: StoredFile, seen = true): void {
    this.place.seen ??= new Uint8Array(this.layout.files.length + 1)
    this.place.seen[file.index < 0 ? this.layout.files.length : file.index] = seen ? 1 : 0
  }

  onClosed(): void {
    this.place.onIdle()
  }

  /** Looks for the part file, once. */
  async load(): Promise<void> {
    if (this.#parts !== undefined) return
    this.#loading ??= PartFile.load(this.#partFile, this.place.handles, this.partShape).then(parts => {
      this.#parts ??= parts
    })
    try {
      await this.#loading
    } catch (error) {
      throw ioError(error, this.#partFile.path)
    } finally {
      this.#loading = null
    }
  }

  /** The part file is gone. */
  forgetParts(): void {
    this.#parts = null
    this.dirty.delete(this.#partFile)
    this.setSeen(this.#partFile, false)
  }

  /** Which files have files of their own must be looked up again: what is wanted has changed. */
  forgetOwnFiles(): void {
    this.#ownFile.clear()
  }

  /** Fills the buffers, `length` bytes in all, one after the other from `offset`. */
  async read(offset: number, buffers: readonly Uint8Array[], length: number): Promise<void> {
    if (this.#parts === undefined) await this.load()
    const jobs: Promise<void>[] = []
    for (const span of this.layout.spans(offset, length)) {
      const entry = this.layout.files[span.file]!
      const begin = entry.offsetBytes + span.fileOffset - offset
      const into = span.length === length ? buffers : takeBytes(buffers, begin, span.length)
      if (entry.pad) for (const part of into) part.fill(0)
      else if (this.parts?.index.holds(span.file))
        jobs.push(...this.#readParts(offset + begin, into, span.length))
      else jobs.push(this.#readFile(this.file(span.file), span.fileOffset, into, span.length))
    }
    await settleAll(jobs)
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#parts === undefined) await this.load()
    this.written = true
    const jobs: Promise<void>[] = []
    for (const span of this.layout.spans(offset, bytes.length)) {
      const entry = this.layout.files[span.file]!
      if (entry.pad) continue
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = span.length === bytes.length ? bytes : bytes.subarray(begin, begin + span.length)
      if (this.wants(span.file) && !this.parts?.index.holds(span.file))
        jobs.push(this.#writeFile(this.file(span.file), span.fileOffset, part))
      else jobs.push(this.#writeUnwanted(span.file, offset + begin, part))
    }
    await settleAll(jobs)
  }

  segments(offset: number, length: number): StoredSegment[] {
    // The one call that cannot wait. The head is read once; it is small, and usually not there.
    if (this.#parts === undefined)
      this.#parts = PartFile.loadSync(this.#partFile, this.place.handles, this.partShape)
    const segments: StoredSegment[] = []
    for (const span of this.layout.spans(offset, length)) {
      const entry = this.layout.files[span.file]!
      if (entry.pad) segments.push({ path: null, offset: 0, length: span.length })
      else if (!this.parts?.index.holds(span.file))
        segments.push({
          path: this.folders.path(this.paths[span.file]!),
          offset: span.fileOffset,
          length: span.length,
        })
      else
        for (const run of byPiece(this.layout, entry.offsetBytes + span.fileOffset, span.length)) {
          const slot = this.parts.index.slotOffset(run.piece)
          // A piece without a slot was never stored: the file that is not there says so.
          segments.push(
            slot < 0
              ? {
                  path: this.folders.path(this.paths[span.file]!),
                  offset: span.fileOffset,
                  length: run.length,
                }
              : { path: this.#partFile.path, offset: slot + run.within, length: run.length },
          )
        }
    }
    return segments
  }

  /** Makes what was written, and the names of new files, survive a power cut; with `all`, all bytes that are in its files. */
  async flush(all: boolean): Promise<void> {
    // Who comes meanwhile has to wait too: what was dirty is not safe yet.
    while (this.#flushing !== null) await this.#flushing.catch(() => {})
    this.#flushing = this.#flush(all).finally(() => {
      this.#flushing = null
    })
    await this.#flushing
  }

  async #flush(all: boolean): Promise<void> {
    const dirty = [...this.dirty]
    this.dirty.clear()
    try {
      await forEach(dirty, SYNCS_AT_ONCE, file => syncFile(this, file, true))
      if (all) await syncOthers(this, new Set(dirty))
      await this.folders.sync(this.place.handles).catch(error => {
        throw ioError(error, this.folders.root)
      })
    } catch (error) {
      for (const file of dirty) this.dirty.add(file)
      throw error
    }
  }

  /** Closes all handles. Nobody may be inside the gate. */
  async dropHandles(): Promise<void> {
    await Promise.all(this.openFiles().map(file => this.place.handles.drop(file)))
  }

  async #readFile(
    file: StoredFile,
    position: number,
    into: readonly Uint8Array[],
    length: number,
  ): Promise<void> {
    let count: number
    try {
      const acquired = this.place.handles.acquire(file, false)
      const handle = acquired instanceof Promise ? await acquired : acquired
      try {
        count = await readInto(handle.fd, into, position)
      } finally {
        this.place.handles.release(handle)
      }
    } catch (error) {
      throw ioError(error, file.path)
    }
    if (count < length) throw new ShoalError('not-found', `${file.path} ends too early: check the data again`)
  }

  #readParts(offset: number, into: readonly Uint8Array[], length: number): Promise<void>[] {
    return byPiece(this.layout, offset, length).map(async run => {
      const slot = this.parts!.index.slotOffset(run.piece)
      if (slot < 0)
        throw new ShoalError('not-found', `piece ${run.piece} is not stored: check the data again`)
      const buffers = takeBytes(into, run.begin, run.length)
      await this.#readFile(this.#partFile, slot + run.within, buffers, run.length)
    })
  }

  async #writeFile(file: StoredFile, position: number, bytes: Uint8Array): Promise<void> {
    try {
      await this.place.handles.writes.write(file, position, bytes)
    } catch (error) {
      throw this.#writeError(error, file)
    } finally {
      this.#noteWritten(file, position, position + bytes.length)
    }
  }

  async #writeUnwanted(index: number, offset: number, bytes: Uint8Array): Promise<void> {
    const file = this.file(index)
    if (!this.parts?.index.holds(index) && (await this.#hasOwnFile(file)))
      return this.#writeFile(file, offset - this.layout.files[index]!.offsetBytes, bytes)
    this.#parts ??= PartFile.create(this.#partFile, this.place.handles, this.partShape)
    const parts = this.#parts
    try {
      await settleAll(
        byPiece(this.layout, offset, bytes.length).map(run =>
          parts.write(index, run.piece, run.within, bytes.subarray(run.begin, run.begin + run.length)),
        ),
      )
    } catch (error) {
      throw this.#writeError(error, this.#partFile)
    } finally {
      this.#noteWritten(this.#partFile, 0, Number.POSITIVE_INFINITY)
    }
  }

  /** Marked also when the write failed: part of it may have reached the file, if that could be opened at all. */
  #noteWritten(file: StoredFile, begin: number, end: number): void {
    if (!this.wasSeen(file)) return
    this.dirty.add(file)
    this.onWritten?.(file, begin, end)
  }

  #writeError(error: unknown, file: StoredFile): ShoalError {
    const full = ['ENOSPC', 'EDQUOT'].includes(errnoOf(error))
    return ioError(error, full ? this.folders.root : file.path)
  }

  async #hasOwnFile(file: StoredFile): Promise<boolean> {
    let own = this.#ownFile.get(file.index)
    if (own === undefined) {
      own = (await stampOf(this, file)) !== MISSING
      this.#ownFile.set(file.index, own)
    }
    return own
  }
}

/** Paths of a place's files; see `diskPaths`. */
export function placePaths(
  place: Pick<TorrentPlace, 'layout' | 'name'> & { renamed: Renamed | null },
): string[] {
  return diskPaths(place.layout, NAME_RULES, partFileName(place.name, NAME_RULES), place.renamed)
}

/** The folders that hold the given paths, each once. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths) if (path !== '') folders.add(parentOf(path))
  return folders
}
