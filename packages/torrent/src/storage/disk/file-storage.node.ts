import { resolve } from 'node:path'
import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Renamed } from '../disk-paths.ts'
import { errnoOf, ignoreMissing, ioError } from '../io-errors.ts'
import type {
  FileStamp,
  ForeignChanges,
  MoveOptions,
  StampOptions,
  Storage,
  StoredSegment,
} from '../storage.ts'
import { createEmptyFiles, ownLinks, removeLinks } from './empty-files.node.ts'
import { type IdleFiles, storedPaths } from './file-set.node.ts'
import { Folders, foldersOf, parentOf } from './folders.node.ts'
import { forEach, lstat, unlink } from './fs.node.ts'
import { HandlePool } from './handle-pool.node.ts'
import { KnownStamps } from './known-stamps.node.ts'
import { moveFiles, refuseBlocked } from './move-files.node.ts'
import { OwnFiles } from './own-files.node.ts'
import { settleMove } from './settle-move.node.ts'
import { SeenFiles } from './stored-file.node.ts'
import { TorrentFiles } from './torrent-files.node.ts'

export { HandlePool, settleMove }

export interface FileStorageOptions {
  readonly layout: PieceLayout
  /**
   * Names the part file, so it must be unique among the torrents of one folder: the info hash in
   * hex.
   */
  readonly name: string
  /**
   * The download folder, which receives the torrent's file or folder. Created by the first write.
   */
  readonly directory: string
  /** The open files of the session, shared by all its torrents. */
  readonly handles: HandlePool
  /**
   * Reserve a new file's whole disk space at the first write, so that it is contiguous and a full
   * disk is noticed early. This writes zeros, because Node cannot call `posix_fallocate`. Default
   * false: files grow, with holes where nothing has been written.
   */
  readonly preallocate?: boolean
  /** Paths set by `rename` in an earlier run, by file index. */
  readonly renamed?: Renamed
}

/** Torrents with few files answer `pathOf` without keeping a list of paths. */
const FEW_FILES = 4

/**
 * Keeps a torrent as files in a folder. Opens nothing until it is used.
 *
 * A file that was never written to reads as `not-found`. Bytes between written ranges read as
 * zeros, so only the bit field of the torrent tells which bytes are valid. `close` does not flush.
 * If `flush` rejects, the bytes written since the last successful flush may be lost, even if a
 * later flush succeeds, and have to be checked again.
 */
export function createFileStorage(options: FileStorageOptions): Storage {
  return new FileStorage(options)
}

/**
 * Guards the files of a torrent: lets reads and writes run concurrently, and moves exclusively.
 * TorrentFiles does the work.
 */
class FileStorage implements Storage {
  readonly #layout: PieceLayout
  readonly #idle: IdleFiles
  #files: TorrentFiles | null = null
  #closed = false
  /** Cancels the move in progress. */
  #stopMove: AbortController | null = null
  /** Settles when moved files have been deleted from their old folder. */
  #clearing: Promise<void> | null = null

  constructor(options: FileStorageOptions) {
    this.#layout = options.layout
    this.#idle = {
      layout: options.layout,
      name: options.name,
      handles: options.handles,
      preallocate: options.preallocate ?? false,
      seen: new SeenFiles(options.layout.files.length),
      known: new KnownStamps(),
      own: new OwnFiles(options.layout.files.length),
      directory: resolve(options.directory),
      renamed: options.renamed?.size ? new Map(options.renamed) : null,
      wanted: null,
    }
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkRange(offset, into.length)
    await this.#shared(files => files.read(offset, [into], into.length))
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#checkRange(offset, length)
    await this.#shared(files => files.read(offset, parts, length))
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#checkRange(offset, bytes.length)
    await this.#shared(files => files.write(offset, bytes))
  }

  async flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    if (this.#files === null && this.#layout.totalBytes > 0 && !all) return this.#checkOpen()
    await this.#shared(files => files.flush(all))
  }

  async setWanted(
    wanted: readonly boolean[],
    { createsEmpty = true }: { createsEmpty?: boolean } = {},
  ): Promise<void> {
    this.#checkOpen()
    if (wanted.length !== this.#layout.files.length)
      throw new ShoalError('bad-argument', `setWanted needs ${this.#layout.files.length} values`)
    const all = wanted.every(Boolean)
    if (all && this.#idle.wanted === null && !this.#files?.hasLeftovers) return
    await this.#exclusive(files => files.setWanted(all ? null : [...wanted], createsEmpty))
  }

  async stamps(options: StampOptions = {}): Promise<FileStamp[]> {
    const stamps = await this.#shared(files => files.stamps(options))
    if (!this.#files?.hasLeftovers) return stamps
    try {
      await this.#exclusive(files => files.adoptWanted())
    } catch {
      // For example because the disk is full. The bytes can be read from their present place.
      return stamps
    }
    return this.#shared(files => files.stamps(options))
  }

  get changes(): ForeignChanges {
    return this.#idle.known
  }

  get own(): OwnFiles {
    return this.#idle.own
  }

  pathOf(file: number): string | null {
    const entry = this.#layout.files[file]
    if (!entry || entry.pad) return null
    if (this.#files === null && this.#layout.files.length <= FEW_FILES)
      return new Folders(this.#idle.directory).path(storedPaths(this.#idle)[file]!)
    const files = this.#open()
    return files.part.holds(file) ? null : files.set.diskPath(file)
  }

  segments(offset: number, length: number): StoredSegment[] {
    this.#checkRange(offset, length)
    return this.#open().segments(offset, length)
  }

  setReserving(active: boolean): void {
    this.#files?.set.setReserving(active)
  }

  async move(directory: string, { signal, begin, moved, onProgress }: MoveOptions = {}): Promise<void> {
    this.#checkOpen()
    const files = this.#open()
    await refuseBlocked(files, resolve(directory))
    await begin?.()
    const clearUp = await files.changes.take(async () => {
      this.#checkOpen()
      this.#stopMove = new AbortController()
      const signals = [this.#stopMove.signal, ...(signal ? [signal] : [])]
      try {
        return await moveFiles(files, resolve(directory), AbortSignal.any(signals), onProgress)
      } finally {
        this.#stopMove = null
      }
    })
    const earlier = this.#clearing
    const clearing = Promise.resolve(moved?.())
      .then(clearUp)
      .finally(() => earlier?.catch(() => {}))
    this.#clearing = clearing
    try {
      await clearing
    } finally {
      if (this.#clearing === clearing) this.#clearing = null
      this.#dropIfIdle()
    }
  }

  async rename(renamed: Renamed): Promise<void> {
    for (const file of renamed.keys())
      if (this.#layout.files[file]?.pad ?? true)
        throw new ShoalError('bad-argument', `The torrent has no file ${file} to rename`)
    await this.#exclusive(async ({ set }) => {
      await set.rename(renamed)
      if (!this.#layout.files.some(entry => entry.symlink)) return
      await removeLinks(set)
      await createEmptyFiles(set)
    })
  }

  async avoid(renamed: Renamed): Promise<Renamed> {
    let avoided: Renamed = new Map()
    await this.#exclusive(async ({ set, dirty }) => {
      const before = new Map([...renamed.keys()].map(file => [file, set.fileInUse(file)]))
      avoided = await set.avoid(renamed)
      for (const file of avoided.keys()) dirty.delete(before.get(file))
    })
    return avoided
  }

  async recognizeLinks(): Promise<void> {
    if (!this.#layout.files.some(({ symlink }) => symlink)) return
    await this.#shared(async ({ set }) => {
      const links = new Set(await ownLinks(set.layout, set.paths, set.folders))
      for (const [file, { symlink }] of set.layout.files.entries())
        if (links.has(file)) set.own.add(file)
        else if (symlink) set.own.delete(file)
    })
  }

  async createEmpty(): Promise<void> {
    if (this.#layout.files.some(({ pad, symlink, lengthBytes }) => !pad && !symlink && lengthBytes === 0))
      await this.#shared(({ set }) => createEmptyFiles(set))
  }

  async remove({ keep = () => false }: { keep?: (file: number) => boolean } = {}): Promise<void> {
    this.#checkOpen()
    this.#stopMove?.abort(closedError())
    await this.#exclusive(async files => {
      await files.part.load()
      await files.set.dropHandles()
      this.#closed = true
      await deleteFiles(files, keep)
    })
    this.#files = null
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const files = this.#files
    if (files === null) return
    this.#stopMove?.abort(closedError())
    await files.changes.take(() => files.gate.alone(() => files.set.dropHandles()))
    await this.#clearing?.catch(() => {})
    this.#files = null
  }

  /** Runs `work` concurrently with other calls, but not while files are moved. */
  async #shared<T>(work: (files: TorrentFiles) => Promise<T>): Promise<T> {
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
      this.#dropIfIdle()
    }
  }

  /** Runs `work` with exclusive access to the files. */
  async #exclusive(work: (files: TorrentFiles) => Promise<void>): Promise<void> {
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
      this.#dropIfIdle()
    }
  }

  #open(): TorrentFiles {
    this.#files ??= new TorrentFiles(this.#idle, () => this.#dropIfIdle())
    return this.#files
  }

  #dropIfIdle(): void {
    if (this.#clearing === null && this.#files?.isIdle) this.#files = null
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError()
  }

  #checkRange(offset: number, length: number): void {
    this.#checkOpen()
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#layout.totalBytes))
      throw new ShoalError('bad-argument', `Bytes ${offset} to ${offset + length} are outside the torrent`)
  }
}

function closedError(): ShoalError {
  return new ShoalError('closed', 'The storage is closed. Add the torrent again.')
}

/**
 * Deletes the torrent's own files, links and part file, and the folders this leaves empty.
 * Continues after a failure, then rejects.
 */
async function deleteFiles({ set, part }: TorrentFiles, keep: (file: number) => boolean): Promise<void> {
  const { folders, own } = set
  let failure: unknown
  // A folder may have become a link.
  folders.forget()
  const stored = [...set.paths.entries()].filter(
    ([file, path]) => path !== '' && own.has(file) && !keep(file),
  )
  await forEach(stored, 2, async ([index, path]) => {
    try {
      await folders.check(parentOf(path))
      if (set.isOwn(index, await lstat(folders.path(path), { bigint: true })))
        await unlink(folders.path(path))
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) failure ??= ioError(error, folders.path(path))
    }
  })
  if (part.current) await unlink(part.file.path).catch(ignoreMissing)
  await folders.removeEmpty(stored.length > 0 ? foldersOf(set.paths) : [])
  if (failure !== undefined) throw failure
}
