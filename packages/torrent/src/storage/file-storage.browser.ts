import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { byPiece, settleAll } from './byte-runs.ts'
import type { FileStorageOptions as NodeOptions } from './file-storage.node.ts'
import { Gate, Turns } from './gate.ts'
import { endsTooEarly, HandlePool, OpfsFile } from './handle-pool.browser.ts'
import { joinPath, openFolder, removeEmptyFolders, removeFile, sizeOf, writeAll } from './opfs.browser.ts'
import { moveAll, withDetours } from './opfs-move.browser.ts'
import { PartFile } from './part-file.browser.ts'
import type { NameRules } from './safe-names.ts'
import type { CutMove } from './settle-move.node.ts'
import type { FileStamp, MoveOptions, Storage, StoredSegment } from './storage.ts'
import { applyRenames, diskPaths, partFileName, type Renamed } from './torrent-place.ts'

export { HandlePool }

export interface FileStorageOptions extends Omit<NodeOptions, 'handles'> {
  readonly handles: HandlePool
}

/** The strictest: browsers refuse names that some system cannot have. */
const NAME_RULES: NameRules = 'windows'
const STAMPS_AT_ONCE = 16
const COPY_BYTES = 1 << 20
const MISSING: FileStamp = { size: -1, mtimeNs: '0' }
/** Nobody but the engine writes to these files, and it writes what is verified: sizes tell all that can happen to them. */
const UNTOUCHED_NS = '1'

/** Browsers finish a move or leave all where it was, but for a crash of the machine: then the data is checked where it is. */
export async function settleMove(_move: CutMove): Promise<boolean> {
  return false
}

/**
 * Keeps a torrent as files in the origin private file system. For dedicated workers. With `preallocate`, new files are sparse and have their
 * whole size at once: what was recorded of them is believed after a crash, too, and the browser tells at the start when it has no room.
 */
export function createFileStorage(options: FileStorageOptions): Storage {
  return new OpfsStorage(options)
}

class OpfsStorage implements Storage {
  readonly #layout: PieceLayout
  readonly #partName: string
  readonly #pool: HandlePool
  readonly #gate = new Gate()
  readonly #changes = new Turns()
  readonly #paths: string[]
  readonly #preallocate: boolean
  readonly #files = new Map<number, OpfsFile>()
  #directory: string
  /** Null: all. */
  #wanted: readonly boolean[] | null = null
  /** Undefined: not looked for yet. */
  #parts: PartFile | null | undefined
  #loading: Promise<void> | null = null
  /** Unwanted files that have, or have not, a file of their own. */
  readonly #ownFile = new Map<number, boolean>()
  #closed = false

  constructor({ layout, name, directory, handles, preallocate = false, renamed }: FileStorageOptions) {
    this.#layout = layout
    this.#partName = partFileName(name, NAME_RULES)
    this.#pool = handles
    this.#preallocate = preallocate
    this.#directory = directory
    this.#paths = diskPaths(layout, NAME_RULES, this.#partName, renamed?.size ? renamed : null)
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkRange(offset, into.length)
    await this.#inside(() => this.#read(offset, into))
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    this.#checkRange(
      offset,
      parts.reduce((sum, part) => sum + part.length, 0),
    )
    await this.#inside(async () => {
      let at = offset
      for (const part of parts) {
        await this.#read(at, part)
        at += part.length
      }
    })
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#checkRange(offset, bytes.length)
    await this.#inside(() => this.#write(offset, bytes))
  }

  async flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    await this.#inside(async () => {
      const files = all ? this.#stored().map(index => this.#file(index)) : [...this.#files.values()]
      if (this.#parts) files.push(this.#parts.file)
      for (const file of files) if (all || file.isDirty) await this.#sync(file, all)
    })
  }

  async setWanted(wanted: readonly boolean[]): Promise<void> {
    this.#checkOpen()
    if (wanted.length !== this.#layout.files.length)
      throw new ShoalError('bad-argument', `setWanted needs ${this.#layout.files.length} values`)
    await this.#alone(async () => {
      this.#wanted = wanted.every(Boolean) ? null : [...wanted]
      this.#ownFile.clear()
      await this.#adoptWanted()
    })
  }

  async stamps(): Promise<FileStamp[]> {
    return this.#inside(async () => {
      if (this.#parts && (await sizeOf(this.#parts.file.path)) < 0) this.#parts = null
      const stamps: FileStamp[] = this.#layout.files.map(() => MISSING)
      const stored = this.#stored()
      for (let at = 0; at < stored.length; at += STAMPS_AT_ONCE) {
        const some = stored.slice(at, at + STAMPS_AT_ONCE)
        for (const [index, size] of await Promise.all(some.map(index => this.#sizeOf(index))))
          if (size >= 0) stamps[index] = { size, mtimeNs: UNTOUCHED_NS }
      }
      return stamps
    })
  }

  /** Path in the origin private file system. */
  pathOf(file: number): string | null {
    const path = this.#paths[file]
    return path && !this.#parts?.index.holds(file) ? joinPath(this.#directory, path) : null
  }

  segments(offset: number, length: number): StoredSegment[] {
    this.#checkRange(offset, length)
    return this.#layout.spans(offset, length).map(span => ({
      path: this.pathOf(span.file) ?? (this.#layout.files[span.file]!.pad ? null : this.#partPath),
      offset: span.fileOffset,
      length: span.length,
    }))
  }

  /** Room takes no time here. */
  setReserving(_active: boolean): void {}

  async move(directory: string, { signal, moved }: MoveOptions = {}): Promise<void> {
    await this.#alone(async () => {
      signal?.throwIfAborted()
      const before = this.#directory
      const names = [...this.#stored().map(index => this.#paths[index]!), this.#partName]
      await moveAll(names.map(name => ({ from: joinPath(before, name), to: joinPath(directory, name) })))
      this.#directory = directory
      this.#forgetFiles()
      await moved?.()
      await this.#removeFolders(before)
    })
  }

  async rename(renamed: Renamed): Promise<void> {
    const paths = [...this.#paths]
    if (!applyRenames(paths, renamed, NAME_RULES, this.#partName))
      throw new ShoalError(
        'bad-argument',
        'there is no such file, or another has that name: choose another name',
      )
    await this.#alone(async () => {
      const steps = [...renamed.keys()].map(file => ({
        from: joinPath(this.#directory, this.#paths[file]!),
        to: joinPath(this.#directory, paths[file]!),
      }))
      await moveAll(withDetours(steps.filter(({ from, to }) => from !== to)))
      for (const file of renamed.keys()) this.#paths[file] = paths[file]!
      this.#forgetFiles()
    })
  }

  async remove(): Promise<void> {
    await this.#alone(async () => {
      this.#closed = true
      for (const index of this.#stored()) await removeFile(joinPath(this.#directory, this.#paths[index]!))
      await removeFile(this.#partPath)
      await this.#removeFolders(this.#directory)
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#changes.take(() => this.#gate.alone(() => this.#dropHandles()))
  }

  get #partPath(): string {
    return joinPath(this.#directory, this.#partName)
  }

  /** Indexes of the files that have bytes of their own. */
  #stored(): number[] {
    return [...this.#paths.keys()].filter(index => this.#paths[index] !== '' && this.#length(index) > 0)
  }

  #length(index: number): number {
    return this.#layout.files[index]!.lengthBytes
  }

  #file(index: number): OpfsFile {
    let file = this.#files.get(index)
    if (file === undefined) {
      const path = joinPath(this.#directory, this.#paths[index]!)
      file = new OpfsFile(path, this.#preallocate ? this.#length(index) : 0)
      this.#files.set(index, file)
    }
    return file
  }

  #wants(index: number): boolean {
    return this.#wanted === null || this.#wanted[index] === true
  }

  async #read(offset: number, into: Uint8Array): Promise<void> {
    const jobs = new Jobs()
    for (const span of this.#layout.spans(offset, into.length)) {
      const entry = this.#layout.files[span.file]!
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = into.subarray(begin, begin + span.length)
      if (entry.pad) part.fill(0)
      else if (this.#parts?.index.holds(span.file)) this.#readParts(jobs, offset + begin, part)
      else jobs.add(() => this.#readFile(this.#file(span.file), span.fileOffset, part))
    }
    await jobs.settled()
  }

  #readParts(jobs: Jobs, offset: number, into: Uint8Array): void {
    const { file, index } = this.#parts!
    for (const run of byPiece(this.#layout, offset, into.length)) {
      const slot = index.slotOffset(run.piece)
      const part = into.subarray(run.begin, run.begin + run.length)
      jobs.add(() => {
        if (slot < 0)
          throw new ShoalError('not-found', `piece ${run.piece} is not stored: check the data again`)
        return this.#readFile(file, slot + run.within, part)
      })
    }
  }

  #readFile(file: OpfsFile, at: number, into: Uint8Array): void | Promise<void> {
    return this.#pool.use(file, false, handle => {
      if (handle.read(into, { at }) !== into.length) throw endsTooEarly(file.path)
    })
  }

  async #write(offset: number, bytes: Uint8Array): Promise<void> {
    const jobs = new Jobs()
    for (const span of this.#layout.spans(offset, bytes.length)) {
      const entry = this.#layout.files[span.file]!
      if (entry.pad) continue
      const begin = entry.offsetBytes + span.fileOffset - offset
      const part = bytes.subarray(begin, begin + span.length)
      if (this.#wants(span.file) && !this.#parts?.index.holds(span.file))
        jobs.add(() => this.#writeFile(this.#file(span.file), span.fileOffset, part))
      else jobs.add(() => this.#writeUnwanted(span.file, offset + begin, part))
    }
    await jobs.settled()
  }

  #writeFile(file: OpfsFile, at: number, bytes: Uint8Array): void | Promise<void> {
    return this.#pool.use(file, true, handle => {
      file.isDirty = true
      writeAll(handle, bytes, at, file.path)
    })
  }

  async #writeUnwanted(index: number, offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#parts?.index.holds(index) && (await this.#hasOwnFile(index)))
      return this.#writeFile(this.#file(index), offset - this.#layout.files[index]!.offsetBytes, bytes)
    this.#parts ??= PartFile.create(new OpfsFile(this.#partPath), this.#pool, this.#partShape)
    const parts = this.#parts
    const jobs = new Jobs()
    for (const run of byPiece(this.#layout, offset, bytes.length))
      jobs.add(() =>
        parts.write(index, run.piece, run.within, bytes.subarray(run.begin, run.begin + run.length)),
      )
    await jobs.settled()
  }

  async #hasOwnFile(index: number): Promise<boolean> {
    const own = this.#ownFile.get(index) ?? (await sizeOf(this.#file(index).path)) >= 0
    this.#ownFile.set(index, own)
    return own
  }

  async #sync(file: OpfsFile, mayBeMissing: boolean): Promise<void> {
    // Before: what is written meanwhile is for the next flush.
    file.isDirty = false
    try {
      await this.#pool.use(file, false, handle => handle.flush())
    } catch (error) {
      if (mayBeMissing && error instanceof ShoalError && error.code === 'not-found') return
      file.isDirty = true
      throw error
    }
  }

  async #sizeOf(index: number): Promise<[index: number, size: number]> {
    // Its own length as size, for whoever compares the two.
    if (this.#parts?.index.holds(index)) return [index, this.#length(index)]
    const file = this.#files.get(index)
    if (file?.handle) return [index, await this.#pool.use(file, false, handle => handle.getSize())]
    return [index, await sizeOf(joinPath(this.#directory, this.#paths[index]!))]
  }

  /** Moves the bytes of files that are wanted now out of the part file. They are forgotten there when they are safe in their own. */
  async #adoptWanted(): Promise<void> {
    const parts = this.#parts
    if (!parts) return
    const adopted = this.#stored().filter(index => parts.index.holds(index) && this.#wants(index))
    if (adopted.length === 0) return
    for (const index of adopted) await this.#copyOut(parts, index)
    await parts.release(adopted)
    if (!parts.index.isEmpty) return this.#sync(parts.file, false)
    this.#parts = null
    await this.#pool.drop(parts.file)
    await removeFile(parts.file.path)
  }

  async #copyOut(parts: PartFile, index: number): Promise<void> {
    const { offsetBytes, lengthBytes } = this.#layout.files[index]!
    const file = this.#file(index)
    for (const run of byPiece(this.#layout, offsetBytes, lengthBytes)) {
      const slot = parts.index.slotOffset(run.piece)
      if (slot < 0) continue
      for (let at = 0; at < run.length; at += COPY_BYTES) {
        const chunk = new Uint8Array(Math.min(COPY_BYTES, run.length - at))
        const count = await this.#pool.use(parts.file, false, handle =>
          handle.read(chunk, { at: slot + run.within + at }),
        )
        // What is missing there was never written.
        if (count > 0) await this.#writeFile(file, run.begin + at, chunk.subarray(0, count))
      }
    }
    if (file.isDirty) await this.#sync(file, false)
  }

  get #partShape() {
    const { pieceLengthBytes, pieceCount, files } = this.#layout
    return { pieceLengthBytes, pieceCount, fileCount: files.length }
  }

  /** Looks for the part file, once. */
  async #load(): Promise<void> {
    this.#loading ??= PartFile.load(new OpfsFile(this.#partPath), this.#pool, this.#partShape)
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

  /** Runs `work` beside others, but not while files are moved about. */
  async #inside<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    if (!this.#gate.tryEnter()) await this.#gate.enter()
    try {
      this.#checkOpen()
      if (this.#parts === undefined) await this.#load()
      return await work()
    } finally {
      this.#gate.leave()
    }
  }

  /** Runs `work` with nobody else at the files, and none of them open. */
  async #alone(work: () => Promise<void>): Promise<void> {
    this.#checkOpen()
    await this.#changes.take(() =>
      this.#gate.alone(async () => {
        this.#checkOpen()
        if (this.#parts === undefined) await this.#load()
        await this.#dropHandles()
        await work()
      }),
    )
  }

  async #dropHandles(): Promise<void> {
    if (this.#parts) await this.#pool.drop(this.#parts.file)
    for (const file of this.#files.values()) await this.#pool.drop(file)
  }

  /** Files are elsewhere: they are opened there when they are needed. What was not flushed stays so. */
  #forgetFiles(): void {
    for (const [index, file] of this.#files) file.path = joinPath(this.#directory, this.#paths[index]!)
    if (this.#parts) this.#parts.file.path = this.#partPath
    this.#ownFile.clear()
  }

  async #removeFolders(directory: string): Promise<void> {
    const folders = new Set(this.#stored().map(index => parentOf(joinPath(directory, this.#paths[index]!))))
    for (const folder of folders) await removeEmptyFolders(folder, directory)
  }

  #checkOpen(): void {
    if (this.#closed) throw new ShoalError('closed', 'the storage was closed: add the torrent again')
  }

  #checkRange(offset: number, length: number): void {
    this.#checkOpen()
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#layout.totalBytes))
      throw new ShoalError('bad-argument', `bytes ${offset} to ${offset + length} are outside the torrent`)
  }
}

/** Things done at once or later: all are waited for, since each uses the caller's buffer. */
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

/** Whether this context can keep files: not in private windows of some browsers, nor on pages that are not secure. */
export async function hasFileStorage(): Promise<boolean> {
  try {
    await openFolder('/', false)
    return (
      typeof FileSystemFileHandle === 'function' && 'createSyncAccessHandle' in FileSystemFileHandle.prototype
    )
  } catch {
    return false
  }
}
