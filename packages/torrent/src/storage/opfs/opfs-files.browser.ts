import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { NameRules } from '../../metainfo/safe-names.ts'
import { byPiece, settleAll } from '../byte-runs.ts'
import { diskPaths, partFileName, type Renamed } from '../disk-paths.ts'
import type { FileStamp } from '../storage.ts'
import { type HandlePool, OpfsFile } from './handle-pool.browser.ts'
import { joinPath, removeEmptyFolders, removeFile, sizeOf } from './opfs.browser.ts'
import { PartFile } from './part-file.browser.ts'

/** The strictest rules: browsers reject names that are invalid on any system. */
export const NAME_RULES: NameRules = 'windows'
const STAMPS_AT_ONCE = 16
const COPY_BYTES = 1 << 20
const MISSING: FileStamp = { size: -1, mtimeNs: '0' }
/**
 * Only the engine writes to these files, and only verified bytes, so their sizes reveal every
 * change.
 */
const CONSTANT_MTIME_NS = '1'

export interface OpfsPlace {
  readonly layout: PieceLayout
  /** Names the part file. */
  readonly name: string
  readonly directory: string
  readonly pool: HandlePool
  /** New files get their full size immediately. */
  readonly preallocate: boolean
  readonly renamed: Renamed | undefined
}

/**
 * The files of one torrent in the origin private file system. Callers coordinate access (see
 * OpfsStorage).
 */
export class OpfsFiles {
  readonly layout: PieceLayout
  readonly partName: string
  /** Path of each file below the download folder; empty for pads. */
  readonly paths: string[]
  readonly #pool: HandlePool
  readonly #preallocate: boolean
  readonly #files = new Map<number, OpfsFile>()
  #directory: string
  /** Null: all. */
  #wanted: readonly boolean[] | null = null
  /** Undefined: not looked up yet. Null: there is none. */
  #parts: PartFile | null | undefined
  #loading: Promise<void> | null = null
  /** Whether unwanted files exist on their own, by index. */
  readonly #ownFiles = new Map<number, boolean>()

  constructor({ layout, name, directory, pool, preallocate, renamed }: OpfsPlace) {
    this.layout = layout
    this.partName = partFileName(name, NAME_RULES)
    this.#pool = pool
    this.#preallocate = preallocate
    this.#directory = directory
    this.paths = diskPaths(layout, NAME_RULES, this.partName, renamed?.size ? renamed : null)
  }

  get directory(): string {
    return this.#directory
  }

  /** Whether `load` has looked up the part file. */
  get isLoaded(): boolean {
    return this.#parts !== undefined
  }

  get partPath(): string {
    return joinPath(this.#directory, this.partName)
  }

  /** Absolute path of a file; null for pads and if its bytes are in the part file. */
  pathOf(index: number): string | null {
    const path = this.paths[index]
    return path && !this.#parts?.index.holds(index) ? joinPath(this.#directory, path) : null
  }

  setWanted(wanted: readonly boolean[]): Promise<void> {
    this.#wanted = wanted.every(Boolean) ? null : [...wanted]
    this.#ownFiles.clear()
    return this.#adoptWanted()
  }

  /** Makes written bytes survive a power cut; with `all`, all bytes in the files. */
  async flush(all: boolean): Promise<void> {
    const files = all ? this.stored().map(index => this.#file(index)) : [...this.#files.values()]
    if (this.#parts) files.push(this.#parts.file)
    for (const file of files) if (all || file.isDirty) await this.#pool.flush(file, { mayBeMissing: all })
  }

  async stamps(): Promise<FileStamp[]> {
    const parts = this.#parts
    // A write may be creating it.
    if (parts?.isStored && (await sizeOf(parts.file.path)) < 0 && this.#parts === parts) this.#parts = null
    const stamps: FileStamp[] = this.layout.files.map(() => MISSING)
    const stored = this.stored()
    for (let at = 0; at < stored.length; at += STAMPS_AT_ONCE) {
      const some = stored.slice(at, at + STAMPS_AT_ONCE)
      for (const [index, size] of await Promise.all(some.map(index => this.#sizeOf(index))))
        if (size >= 0) stamps[index] = { size, mtimeNs: CONSTANT_MTIME_NS }
    }
    return stamps
  }

  /** Updates paths after the files have been moved or renamed. Dirty files stay dirty. */
  moved(directory: string): void {
    this.#directory = directory
    for (const [index, file] of this.#files) file.path = joinPath(directory, this.paths[index]!)
    if (this.#parts) this.#parts.file.path = this.partPath
    this.#ownFiles.clear()
  }

  /** Deletes all files, none of which may be open. */
  async remove(): Promise<void> {
    for (const index of this.stored()) await removeFile(joinPath(this.#directory, this.paths[index]!))
    await removeFile(this.partPath)
    await this.removeFolders(this.#directory)
  }

  /** Indexes of the files with bytes, excluding pads. */
  stored(): number[] {
    return [...this.paths.keys()].filter(index => this.paths[index] !== '' && this.#length(index) > 0)
  }

  #length(index: number): number {
    return this.layout.files[index]!.lengthBytes
  }

  #file(index: number): OpfsFile {
    let file = this.#files.get(index)
    if (file === undefined) {
      const path = joinPath(this.#directory, this.paths[index]!)
      file = new OpfsFile(path, this.#preallocate ? this.#length(index) : 0)
      this.#files.set(index, file)
    }
    return file
  }

  #wants(index: number): boolean {
    return this.#wanted === null || this.#wanted[index] === true
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const jobs = new Jobs()
    for (const span of this.layout.spans(offset, into.length)) {
      const entry = this.layout.files[span.file]!
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = into.subarray(begin, begin + span.length)
      if (entry.pad) part.fill(0)
      else if (this.#parts?.index.holds(span.file)) this.#readParts(jobs, offset + begin, part)
      else jobs.add(() => this.#pool.read(this.#file(span.file), span.fileOffset, part))
    }
    await jobs.settled()
  }

  #readParts(jobs: Jobs, offset: number, into: Uint8Array): void {
    const { file, index } = this.#parts!
    for (const run of byPiece(this.layout, offset, into.length)) {
      const slot = index.slotOffset(run.piece)
      const part = into.subarray(run.begin, run.begin + run.length)
      jobs.add(() => {
        if (slot < 0)
          throw new ShoalError('not-found', `Piece ${run.piece} is not stored. Check the data again.`)
        return this.#pool.read(file, slot + run.within, part)
      })
    }
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const jobs = new Jobs()
    for (const span of this.layout.spans(offset, bytes.length)) {
      const entry = this.layout.files[span.file]!
      if (entry.pad) continue
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = bytes.subarray(begin, begin + span.length)
      if (this.#wants(span.file) && !this.#parts?.index.holds(span.file))
        jobs.add(() => this.#pool.write(this.#file(span.file), span.fileOffset, part))
      else jobs.add(() => this.#writeUnwanted(span.file, offset + begin, part))
    }
    await jobs.settled()
  }

  async #writeUnwanted(index: number, offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#parts?.index.holds(index) && (await this.#hasOwnFile(index)))
      return this.#pool.write(this.#file(index), offset - this.layout.files[index]!.offsetBytes, bytes)
    this.#parts ??= PartFile.create(new OpfsFile(this.partPath), this.#pool, this.#partShape)
    const parts = this.#parts
    const jobs = new Jobs()
    for (const run of byPiece(this.layout, offset, bytes.length))
      jobs.add(() =>
        parts.write(index, run.piece, run.within, bytes.subarray(run.begin, run.begin + run.length)),
      )
    await jobs.settled()
  }

  async #hasOwnFile(index: number): Promise<boolean> {
    const own = this.#ownFiles.get(index) ?? (await sizeOf(this.#file(index).path)) >= 0
    this.#ownFiles.set(index, own)
    return own
  }

  async #sizeOf(index: number): Promise<[index: number, size: number]> {
    // The file counts as complete.
    if (this.#parts?.index.holds(index)) return [index, this.#length(index)]
    const file = this.#files.get(index)
    if (file?.handle) return [index, await this.#pool.use(file, false, handle => handle.getSize())]
    return [index, await sizeOf(joinPath(this.#directory, this.paths[index]!))]
  }

  /**
   * Moves the bytes of wanted files out of the part file. They are removed from it only after they
   * are durable in their own files.
   */
  async #adoptWanted(): Promise<void> {
    const parts = this.#parts
    if (!parts) return
    const adopted = this.stored().filter(index => parts.index.holds(index) && this.#wants(index))
    if (adopted.length === 0) return
    for (const index of adopted) await this.#copyOut(parts, index)
    await parts.release(adopted)
    if (!parts.index.isEmpty) return this.#pool.flush(parts.file)
    this.#parts = null
    await this.#pool.drop(parts.file)
    await removeFile(parts.file.path)
  }

  async #copyOut(parts: PartFile, index: number): Promise<void> {
    const { offsetBytes, lengthBytes } = this.layout.files[index]!
    const file = this.#file(index)
    for (const run of byPiece(this.layout, offsetBytes, lengthBytes)) {
      const slot = parts.index.slotOffset(run.piece)
      if (slot < 0) continue
      for (let at = 0; at < run.length; at += COPY_BYTES) {
        const chunk = new Uint8Array(Math.min(COPY_BYTES, run.length - at))
        const count = await this.#pool.use(parts.file, false, handle =>
          handle.read(chunk, { at: slot + run.within + at }),
        )
        // Missing bytes were never written.
        if (count > 0) await this.#pool.write(file, run.begin + at, chunk.subarray(0, count))
      }
    }
    if (file.isDirty) await this.#pool.flush(file)
  }

  get #partShape() {
    const { pieceLengthBytes, pieceCount, files } = this.layout
    return { pieceLengthBytes, pieceCount, fileCount: files.length }
  }

  /** Looks up the part file, once. */
  async load(): Promise<void> {
    this.#loading ??= PartFile.load(new OpfsFile(this.partPath), this.#pool, this.#partShape)
      .catch((error: ShoalError) => {
        if (error.code === 'not-found') return null
        throw error
      })
      .then(parts => {
        this.#parts ??= parts
      })
      .finally(() => {
        this.#loading = null
      })
    await this.#loading
  }

  async dropHandles(): Promise<void> {
    if (this.#parts) await this.#pool.drop(this.#parts.file)
    for (const file of this.#files.values()) await this.#pool.drop(file)
  }

  async removeFolders(directory: string): Promise<void> {
    const folders = new Set(this.stored().map(index => parentOf(joinPath(directory, this.paths[index]!))))
    for (const folder of folders) await removeEmptyFolders(folder, directory)
  }
}

/**
 * Collects synchronous and asynchronous jobs and waits for all of them, because each uses the
 * caller's buffer.
 */
class Jobs {
  readonly #later: Promise<void>[] = []

  add(work: () => void | Promise<void>): void {
    try {
      const job = work()
      if (job instanceof Promise) this.#later.push(job)
    } catch (error) {
      this.#later.push(Promise.reject(error))
    }
  }

  settled(): void | Promise<void> {
    if (this.#later.length > 0) return settleAll(this.#later)
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
