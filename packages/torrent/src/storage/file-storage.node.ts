import { resolve } from 'node:path'
import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { adoptWanted } from './adopt-files.node.ts'
import { createEmptyFiles, removeLink, removeLinks } from './empty-files.node.ts'
import { stampsOf } from './file-stamps.node.ts'
import { parentOf } from './folders.node.ts'
import { forEach, lstat, unlink } from './fs.node.ts'
import { HandlePool } from './handle-pool.node.ts'
import { errnoOf, ioError } from './io-errors.ts'
import { moveFiles } from './move-files.node.ts'
import { renameOnDisk } from './rename-files.node.ts'
import { settleMove } from './settle-move.node.ts'
import type { FileStamp, MoveOptions, Storage, StoredSegment } from './storage.ts'
import { foldersOf, NAME_RULES, placePaths, TorrentFiles, type TorrentPlace } from './torrent-files.node.ts'
import { applyRenames, partFileName, type Renamed } from './torrent-place.ts'

export { HandlePool, settleMove }

export interface FileStorageOptions {
  readonly layout: PieceLayout
  /** Names the part file, so it must differ between the torrents of one folder: the info hash in hex. */
  readonly name: string
  /** Folder that receives the torrent's file or folder. Created when something is first written. */
  readonly directory: string
  /** The open files of the session, shared by all its torrents. */
  readonly handles: HandlePool
  /**
   * Have the file system reserve a new file's whole room when it is first written to, so that it is in one piece and a full disk shows at
   * once. Costs writing zeros, since Node cannot call `posix_fallocate`. Default false: files grow, with holes where nothing is yet.
   */
  readonly preallocate?: boolean
  /** Paths that `rename` gave files, by index, from an earlier run. */
  readonly renamed?: Renamed
}

/** Torrents of few files answer `pathOf` without keeping a list of paths. */
const FEW_FILES = 4

/**
 * Keeps a torrent as files in a folder. Opens nothing until something is asked of it.
 *
 * A file that was never written to reads as `not-found`; bytes between those written read as zeros, so only its owner's bitfield tells
 * what is there. `close` does not flush. When `flush` rejects, the bytes written since the last good flush may be lost, whatever a
 * later flush says, and have to be checked again.
 */
export function createFileStorage(options: FileStorageOptions): Storage {
  return new FileStorage(options)
}

class FileStorage implements Storage, TorrentPlace {
  readonly layout: PieceLayout
  readonly name: string
  readonly handles: HandlePool
  readonly preallocate: boolean
  directory: string
  renamed: Map<number, readonly string[]> | null
  wanted: readonly boolean[] | null = null
  seen: Uint8Array | null = null
  #files: TorrentFiles | null = null
  #closed = false

  constructor(options: FileStorageOptions) {
    this.layout = options.layout
    this.name = options.name
    this.handles = options.handles
    this.preallocate = options.preallocate ?? false
    this.directory = resolve(options.directory)
    this.renamed = options.renamed?.size ? new Map(options.renamed) : null
  }

  onIdle(): void {
    if (this.#files?.isIdle) this.#files = null
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkRange(offset, into.length)
    await this.#inside(files => files.read(offset, [into], into.length))
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#checkRange(offset, length)
    await this.#inside(files => files.read(offset, parts, length))
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#checkRange(offset, bytes.length)
    await this.#inside(files =>
      files.hasEmptyFiles ? files.write(offset, bytes) : this.#writeFirst(files, offset, bytes),
    )
  }

  async flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    if (this.#files === null && this.layout.totalBytes > 0 && !all) return this.#checkOpen()
    await this.#inside(async files => {
      if (files.written || this.layout.totalBytes === 0) {
        await createEmptyFiles(files)
        files.written = false
      }
      if (all) await files.load()
      await files.flush(all)
    })
  }

  async setWanted(wanted: readonly boolean[]): Promise<void> {
    this.#checkOpen()
    if (wanted.length !== this.layout.files.length)
      throw new ShoalError('bad-argument', `setWanted needs ${this.layout.files.length} values`)
    const all = wanted.every(Boolean)
    if (all && this.wanted === null && !this.#files?.hasLeftovers) return
    await this.#change(async files => {
      await files.load()
      const before = this.wanted
      this.wanted = all ? null : [...wanted]
      files.forgetOwnFiles()
      await adoptWanted(files)
      // What has become wanted only now may consist of nothing but empty files, so that no write would bring them.
      if (before !== null) await createEmptyFiles(files)
    })
  }

  async stamps(): Promise<FileStamp[]> {
    const stamps = await this.#inside(stampsOf)
    if (!this.#files?.hasLeftovers) return stamps
    try {
      await this.#change(adoptWanted)
    } catch {
      // The disk is full, say: the bytes are read where they are.
      return stamps
    }
    return this.#inside(stampsOf)
  }

  pathOf(file: number): string | null {
    const entry = this.layout.files[file]
    if (!entry || entry.pad) return null
    if (this.#files === null && this.layout.files.length <= FEW_FILES)
      return new TorrentFiles(this).folders.path(placePaths(this)[file]!)
    const files = this.#open()
    return files.parts?.index.holds(file) ? null : files.folders.path(files.paths[file]!)
  }

  segments(offset: number, length: number): StoredSegment[] {
    this.#checkRange(offset, length)
    return this.#open().segments(offset, length)
  }

  setReserving(active: boolean): void {
    this.#files?.setReserving(active)
  }

  async move(directory: string, { signal, moved, onProgress }: MoveOptions = {}): Promise<void> {
    this.#checkOpen()
    const files = this.#open()
    const clearUp = await files.changes.take(async () => {
      this.#checkOpen()
      files.stopMove = new AbortController()
      const signals = [files.stopMove.signal, ...(signal ? [signal] : [])]
      return moveFiles(files, resolve(directory), AbortSignal.any(signals), onProgress)
    })
    files.clearing = Promise.resolve(moved?.()).then(clearUp)
    await files.clearing
    files.clearing = null
    this.onIdle()
  }

  async rename(renamed: Renamed): Promise<void> {
    for (const file of renamed.keys())
      if (this.layout.files[file]?.pad ?? true)
        throw new ShoalError('bad-argument', `there is no file ${file} to rename`)
    await this.#change(files => this.#rename(files, renamed))
  }

  async remove(): Promise<void> {
    this.#checkOpen()
    this.#files?.stopMove?.abort(closedError())
    await this.#change(async files => {
      await files.load()
      await files.dropHandles()
      this.#closed = true
      await removeFiles(files)
    })
    this.#files = null
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const files = this.#files
    if (files === null) return
    files.stopMove?.abort(closedError())
    await files.changes.take(() => files.gate.alone(() => files.dropHandles()))
    await files.clearing?.catch(() => {})
    this.#files = null
  }

  /** Empty files come with the first bytes, so that nothing is missing when the last are written. */
  async #writeFirst(files: TorrentFiles, offset: number, bytes: Uint8Array): Promise<void> {
    files.hasEmptyFiles = true
    const creating = createEmptyFiles(files).catch(error => {
      files.hasEmptyFiles = false
      throw error
    })
    const results = await Promise.allSettled([files.write(offset, bytes), creating])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  async #rename(files: TorrentFiles, renamed: Renamed): Promise<void> {
    const paths = [...files.paths]
    if (!applyRenames(paths, renamed, NAME_RULES, partFileName(this.name, NAME_RULES)))
      throw new ShoalError('bad-argument', 'the torrent has a file of that name: choose another name')
    const steps = [...renamed.keys()].map(file => ({ from: files.paths[file]!, to: paths[file]! }))
    await renameOnDisk(
      files,
      steps.filter(({ from, to }) => from !== to),
    )
    for (const file of renamed.keys()) {
      files.paths[file] = paths[file]!
      files.file(file).relative = paths[file]!
    }
    this.renamed = new Map([...(this.renamed ?? []), ...renamed])
    if (!this.layout.files.some(entry => entry.symlink)) return
    await removeLinks(files)
    await createEmptyFiles(files)
  }

  /** Runs `work` beside others, but not while files are moved about. */
  async #inside<T>(work: (files: TorrentFiles) => Promise<T>): Promise<T> {
    this.#checkOpen()
    const files = this.#open()
    if (!files.gate.tryEnter()) {
      await files.gate.enter()
      if (this.#closed) {
        files.gate.leave()
        this.#checkOpen()
      }
    }
    try {
      return await work(files)
    } finally {
      files.gate.leave()
      this.onIdle()
    }
  }

  /** Runs `work` with nobody else at the files. */
  async #change(work: (files: TorrentFiles) => Promise<void>): Promise<void> {
    this.#checkOpen()
    const files = this.#open()
    try {
      await files.changes.take(() =>
        files.gate.alone(async () => {
          this.#checkOpen()
          await work(files)
        }),
      )
    } finally {
      this.onIdle()
    }
  }

  #open(): TorrentFiles {
    this.#files ??= new TorrentFiles(this)
    return this.#files
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError()
  }

  #checkRange(offset: number, length: number): void {
    this.#checkOpen()
    if (!(offset >= 0 && length >= 0 && offset + length <= this.layout.totalBytes))
      throw new ShoalError('bad-argument', `bytes ${offset} to ${offset + length} are outside the torrent`)
  }
}

function closedError(): ShoalError {
  return new ShoalError('closed', 'the storage was closed: add the torrent again')
}

/** Deletes the torrent's files and links, its part file, and the folders that are empty then. Goes on after a failure, then rejects. */
async function removeFiles(files: TorrentFiles): Promise<void> {
  const { folders, layout } = files
  let failure: unknown
  const stored = [...files.paths.entries()].filter(([, path]) => path !== '')
  await forEach(stored, 2, async ([index, path]) => {
    try {
      if (layout.files[index]!.symlink) return await removeLink(files, path)
      await folders.check(parentOf(path))
      if ((await lstat(folders.path(path))).isFile()) await unlink(folders.path(path))
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) failure ??= ioError(error, folders.path(path))
    }
  })
  if (files.parts) await unlink(files.parts.file.path).catch(ignoreMissing)
  await folders.removeEmpty(foldersOf(files.paths))
  if (failure !== undefined) throw failure
}

function ignoreMissing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
  throw error
}
