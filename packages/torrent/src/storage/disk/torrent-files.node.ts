import { equalBytes } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { byPiece, settleAll, takeBytes } from '../byte-runs.ts'
import { Gate, Turns } from '../gate.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import type { FileStamp, StampOptions, StoredSegment } from '../storage.ts'
import { adoptWanted } from './adopt-files.node.ts'
import { DirtyFiles } from './dirty-files.node.ts'
import { createEmptyFiles } from './empty-files.node.ts'
import { FileSet, type IdleFiles } from './file-set.node.ts'
import { stampAll } from './file-stamps.node.ts'
import { readInto } from './fs.node.ts'
import { ForeignFile } from './own-files.node.ts'
import { LazyPartFile } from './part-file.node.ts'
import { MISSING, readStamp, type StoredFile } from './stored-file.node.ts'

/**
 * Interval between comparisons of the stamp of an open file with the known one while the file is
 * read.
 */
const COMPARE_MS = 5000

/** Receives each range of bytes that has changed in a file. */
export type WriteListener = (file: StoredFile, begin: number, end: number) => void

/**
 * The bytes of a torrent in its files and its part file. Created on first use and dropped when no
 * file is open, so all other state is on disk or in IdleFiles. Callers pass the gate before they
 * call a method.
 */
export class TorrentFiles {
  readonly set: FileSet
  readonly part: LazyPartFile
  readonly dirty: DirtyFiles
  /** Open to reads and writes; closed while files are moved. */
  readonly gate = new Gate()
  /** Runs moves of the files one at a time. */
  readonly changes = new Turns()
  readonly #layout: PieceLayout
  #writeListener: WriteListener | null = null
  /**
   * Whether there were writes since the last flush, which must then create empty files that are
   * missing.
   */
  #written = false
  /** Whether the first write has created the empty files. */
  #hasEmptyFiles = false
  /** Whether unwanted files of its own exist on disk, by index. */
  readonly #ownFiles = new Map<number, boolean>()

  /** Calls `onIdle` whenever a file has been closed. */
  constructor(idle: IdleFiles, onIdle: () => void) {
    this.#layout = idle.layout
    this.set = new FileSet(idle, onIdle)
    this.part = new LazyPartFile(this.set.partFile, idle.handles, idle.layout)
    this.dirty = new DirtyFiles(this.set)
  }

  /** Whether this object can be dropped without losing state. */
  get isIdle(): boolean {
    if (this.gate.busy || this.changes.busy || !this.dirty.isEmpty || this.set.folders.hasChanges)
      return false
    return this.set.isClosed
  }

  /** Whether the part file has bytes of wanted files because moving them out was interrupted. */
  get hasLeftovers(): boolean {
    return (
      this.part.current !== null &&
      this.set.paths.some((_, file) => this.set.wants(file) && this.part.holds(file))
    )
  }

  /** Fills the buffers in order with `length` bytes in total from `offset`. */
  async read(offset: number, buffers: readonly Uint8Array[], length: number): Promise<void> {
    if (!this.part.isLoaded) await this.part.load()
    const jobs: Promise<void>[] = []
    for (const span of this.#layout.spans(offset, length)) {
      const entry = this.#layout.files[span.file]!
      const begin = entry.offsetBytes + span.fileOffset - offset
      const into = span.length === length ? buffers : takeBytes(buffers, begin, span.length)
      if (entry.pad) for (const buffer of into) buffer.fill(0)
      else if (this.part.holds(span.file)) jobs.push(...this.#readPartFile(offset + begin, into, span.length))
      else jobs.push(this.#readFile(this.set.file(span.file), span.fileOffset, into, span.length))
    }
    await settleAll(jobs)
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#hasEmptyFiles) return this.#write(offset, bytes)
    // Empty files are created with the first bytes, so that nothing is missing once the last bytes
    // are written.
    this.#hasEmptyFiles = true
    const creating = createEmptyFiles(this.set).catch(error => {
      this.#hasEmptyFiles = false
      throw error
    })
    await settleAll([this.#write(offset, bytes), creating])
  }

  async #write(offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.part.isLoaded) await this.part.load()
    this.#written = true
    const jobs: Promise<void>[] = []
    for (const span of this.#layout.spans(offset, bytes.length)) {
      const entry = this.#layout.files[span.file]!
      if (entry.pad) continue
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = span.length === bytes.length ? bytes : bytes.subarray(begin, begin + span.length)
      if (this.set.wants(span.file) && !this.part.holds(span.file))
        jobs.push(this.#writeFile(this.set.file(span.file), span.fileOffset, part))
      else jobs.push(this.#writeUnwanted(span.file, offset + begin, part))
    }
    await settleAll(jobs)
  }

  /**
   * See `Storage.segments`. Synchronous, so it may have to read the head of the part file, which is
   * small and usually missing.
   */
  segments(offset: number, length: number): StoredSegment[] {
    this.part.loadSync()
    const segments: StoredSegment[] = []
    for (const span of this.#layout.spans(offset, length)) {
      const entry = this.#layout.files[span.file]!
      if (entry.pad) segments.push({ path: null, offset: 0, length: span.length })
      else if (!this.part.holds(span.file))
        segments.push({ path: this.set.diskPath(span.file), offset: span.fileOffset, length: span.length })
      else
        for (const run of byPiece(this.#layout, entry.offsetBytes + span.fileOffset, span.length)) {
          const slot = this.part.current!.index.slotOffset(run.piece)
          // A piece without a slot was never stored. Naming the file, which does not exist,
          // expresses that.
          segments.push(
            slot < 0
              ? { path: this.set.diskPath(span.file), offset: span.fileOffset, length: run.length }
              : { path: this.part.file.path, offset: slot + run.within, length: run.length },
          )
        }
    }
    return segments
  }

  stamps(options: StampOptions): Promise<FileStamp[]> {
    return stampAll(this.set, this.part, this.dirty, options)
  }

  /**
   * Makes writes and the names of new files survive a power cut; with `all`, all bytes in the
   * torrent's files.
   */
  async flush(all: boolean): Promise<void> {
    if (this.#written || this.#layout.totalBytes === 0) {
      await createEmptyFiles(this.set)
      this.#written = false
    }
    if (!all) return this.dirty.flush()
    await this.part.load()
    const files = this.#layout.files.flatMap(({ pad, symlink, lengthBytes }, index) =>
      pad || symlink || lengthBytes === 0 || !this.set.own.has(index) ? [] : [this.set.file(index)],
    )
    if (this.part.current) files.push(this.part.file)
    await this.dirty.flush(files)
  }

  /** Sets the wanted files (null: all) and moves their bytes out of the part file. */
  async setWanted(wanted: readonly boolean[] | null, createsEmpty: boolean): Promise<void> {
    await this.part.load()
    const wantedAll = this.set.wantsAll
    this.set.setWanted(wanted)
    this.#ownFiles.clear()
    await this.adoptWanted()
    // The newly wanted files may all be empty, and then no write would create them.
    if (!wantedAll && createsEmpty) await createEmptyFiles(this.set)
  }

  /** Moves the bytes of wanted files out of the part file. */
  async adoptWanted(): Promise<void> {
    await adoptWanted(this.set, this.part, this.dirty)
  }

  /**
   * Calls `listener` for each change until the returned function is called. There can be one
   * listener at a time.
   */
  watchWrites(listener: WriteListener): () => void {
    this.#writeListener = listener
    return () => {
      this.#writeListener = null
    }
  }

  async #readFile(
    file: StoredFile,
    position: number,
    into: readonly Uint8Array[],
    length: number,
  ): Promise<void> {
    const { handles } = this.set
    const comparing = this.#compareIfDue(file)
    if (comparing) await comparing
    let count: number
    try {
      const acquired = handles.acquire(file, false)
      const handle = acquired instanceof Promise ? await acquired : acquired
      try {
        count = await readInto(handle.fd, into, position)
      } finally {
        handles.release(handle)
      }
    } catch (error) {
      throw ioError(error, file.path)
    }
    if (count < length) throw new ShoalError('not-found', `${file.path} is too short. Check the data again.`)
  }

  /**
   * Throws, or rejects, if others changed the file. Checked at each opening, and every few seconds
   * while it is read.
   */
  #compareIfDue(file: StoredFile): Promise<void> | null {
    const { known } = this.set
    if (known.files.has(file.index)) throw changedError(file)
    if (file.comparing) return file.comparing
    const before = known.get(file.index)
    if (before === undefined) return null
    const nowMs = performance.now()
    if (file.handle !== null && nowMs < file.comparedMs + COMPARE_MS) return null
    file.comparedMs = nowMs
    file.comparing = this.#compare(file, before).finally(() => {
      file.comparing = null
    })
    return file.comparing
  }

  async #compare(file: StoredFile, before: FileStamp): Promise<void> {
    const stamp = await readStamp(file, this.set.handles)
    // A missing file is reported by the read.
    if (stamp !== MISSING && this.set.known.compare(file.index, before, stamp)) throw changedError(file)
  }

  #readPartFile(offset: number, into: readonly Uint8Array[], length: number): Promise<void>[] {
    return byPiece(this.#layout, offset, length).map(async run => {
      const slot = this.part.current!.index.slotOffset(run.piece)
      if (slot < 0)
        throw new ShoalError('not-found', `Piece ${run.piece} is not stored. Check the data again.`)
      const buffers = takeBytes(into, run.begin, run.length)
      await this.#readFile(this.part.file, slot + run.within, buffers, run.length)
    })
  }

  async #writeFile(file: StoredFile, position: number, bytes: Uint8Array): Promise<void> {
    const comparing = this.#compareIfDue(file)
    if (comparing) await comparing
    try {
      if (!this.set.own.has(file.index)) {
        if (await this.#isThereAlready(file, position, bytes)) return
        // A handle from when it was the torrent's own.
        if (!this.set.own.has(file.index)) await this.set.handles.drop(file)
      }
      await file.whileWriting(() => this.set.handles.writes.write(file, position, bytes))
    } catch (error) {
      throw this.#writeError(error, file)
    } finally {
      this.#noteWritten(file, position, position + bytes.length)
    }
  }

  /**
   * Returns whether a file that is likely the torrent's holds these bytes, which makes it a known
   * one.
   */
  async #isThereAlready(file: StoredFile, position: number, bytes: Uint8Array): Promise<boolean> {
    const { own, handles } = this.set
    if (!own.isOffered(file.index)) return false
    if (own.offered(file.index, await readStamp(file, handles)) !== 'likely') return false
    const stored = new Uint8Array(bytes.length)
    await this.#readFile(file, position, [stored], stored.length)
    if (!equalBytes(stored, bytes)) throw new ForeignFile(file.index, file.path)
    own.add(file.index)
    return true
  }

  async #writeUnwanted(index: number, offset: number, bytes: Uint8Array): Promise<void> {
    const file = this.set.file(index)
    if (!this.part.holds(index) && (await this.#hasOwnFile(file)))
      return this.#writeFile(file, offset - this.#layout.files[index]!.offsetBytes, bytes)
    const part = this.part.getOrCreate()
    try {
      await settleAll(
        byPiece(this.#layout, offset, bytes.length).map(run =>
          part.write(index, run.piece, run.within, bytes.subarray(run.begin, run.begin + run.length)),
        ),
      )
    } catch (error) {
      throw this.#writeError(error, part.file)
    } finally {
      this.#noteWritten(part.file, 0, Number.POSITIVE_INFINITY)
    }
  }

  /**
   * Called after failed writes too: unless the file could not be opened, some of the bytes may have
   * been written.
   */
  #noteWritten(file: StoredFile, begin: number, end: number): void {
    if (!file.wasSeen || !this.set.own.has(file.index)) return
    this.dirty.add(file)
    this.#writeListener?.(file, begin, end)
  }

  #writeError(error: unknown, file: StoredFile): ShoalError {
    const isFull = ['ENOSPC', 'EDQUOT'].includes(errnoOf(error))
    return ioError(error, isFull ? this.set.folders.root : file.path)
  }

  async #hasOwnFile(file: StoredFile): Promise<boolean> {
    let own = this.#ownFiles.get(file.index)
    if (own === undefined) {
      own = this.set.own.has(file.index) && (await readStamp(file, this.set.handles)) !== MISSING
      this.#ownFiles.set(file.index, own)
    }
    return own
  }
}

function changedError(file: StoredFile): ShoalError {
  return new ShoalError('io', `${file.path} was changed by another program. Check the data again.`)
}
