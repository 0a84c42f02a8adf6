import { ShoalError } from '../../base/errors.ts'
import { WRITE_STEP_BYTES } from '../byte-runs.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import type { FileStamp } from '../storage.ts'
import { type Folders, parentOf } from './folders.node.ts'
import {
  CREATE,
  close,
  fstat,
  ftruncate,
  lstat,
  MUST_LOOK_FOR_LINKS,
  open,
  READ,
  WRITE,
  writeAt,
  writeStepBytes,
} from './fs.node.ts'
import type { Handle, HandlePool, PooledFile } from './handle-pool.node.ts'
import type { KnownStamps } from './known-stamps.node.ts'
import { ForeignFile, type OwnFiles } from './own-files.node.ts'

/** State that all files of a torrent share. Only FileSet changes it. */
export interface SharedFileState {
  /** Replaced when the torrent is moved. */
  folders: Folders
  /** Aborted when reserving disk space is no longer necessary. Null: no space is reserved. */
  reserving: AbortSignal | null
  readonly seen: SeenFiles
  readonly known: KnownStamps
  readonly own: OwnFiles
  readonly onClosed: () => void
}

/**
 * Which files of a torrent have ever been opened and must therefore exist. One byte per file, and
 * one for the part file (index -1).
 */
export class SeenFiles {
  readonly #fileCount: number
  #seen: Uint8Array | null = null

  constructor(fileCount: number) {
    this.#fileCount = fileCount
  }

  has(index: number): boolean {
    return this.#seen?.at(index) === 1
  }

  add(index: number): void {
    this.#set(index, 1)
  }

  delete(index: number): void {
    if (this.#seen !== null) this.#set(index, 0)
  }

  #set(index: number, value: number): void {
    this.#seen ??= new Uint8Array(this.#fileCount + 1)
    this.#seen[index < 0 ? this.#fileCount : index] = value
  }
}

/**
 * One file on disk. Opened lazily and never through a symbolic link; created when it is first
 * written to. An existing file is written to only if it is the torrent's own.
 */
export class StoredFile implements PooledFile {
  handle: Handle | null = null
  opening: Promise<Handle> | null = null
  /** Path below the download folder, with `/`. */
  relative: string
  /** Index into the torrent's files; -1 for the part file. */
  readonly index: number
  /**
   * Bytes that belong to the file; a longer file is truncated when it is opened for writing.
   * `Infinity` for no limit.
   */
  readonly lengthBytes: number
  /** Time of the last comparison of its stamp with the known one; on the clock of `performance`. */
  comparedMs = Number.NEGATIVE_INFINITY
  /** The comparison in progress. */
  comparing: Promise<void> | null = null
  /** Bytes per write call; the default until it was opened to write. */
  stepBytes = WRITE_STEP_BYTES
  /** Number of pending writes, and of all that were started. */
  #writing = 0
  #writes = 0
  /** Inode of the current or last handle. */
  #inode: number | undefined
  readonly #mode: number
  readonly #shared: Readonly<SharedFileState>

  constructor(
    shared: Readonly<SharedFileState>,
    file: { index: number; relative: string; lengthBytes: number; executable?: boolean },
  ) {
    this.#shared = shared
    this.index = file.index
    this.relative = file.relative
    this.lengthBytes = file.lengthBytes
    // BEP 47: attribute x. The process's umask removes permissions that the user does not want.
    this.#mode = file.executable ? 0o777 : 0o666
  }

  get path(): string {
    return this.#shared.folders.path(this.relative)
  }

  /** Whether the file has ever been opened. It is not created again if it vanishes. */
  get wasSeen(): boolean {
    return this.#shared.seen.has(this.index)
  }

  /** Whether the open handle belongs to a different file than `inode`, which now has its name. */
  wasReplacedBy(inode: number): boolean {
    return this.handle !== null && inode !== this.#inode
  }

  async open(writable: boolean): Promise<number> {
    const fd = writable ? await this.#openToWrite() : await this.#openToRead()
    this.#shared.seen.add(this.index)
    return fd
  }

  onClosed(): void {
    this.#shared.onClosed()
  }

  /** Runs a write to the file, which changes its stamp. */
  async whileWriting(write: () => Promise<void>): Promise<void> {
    this.#shared.known.written(this.index)
    this.#writing++
    this.#writes++
    try {
      await write()
    } finally {
      this.#writing--
    }
  }

  /**
   * Runs a flush of the file through `fd`. The stamp afterwards results from the earlier writes,
   * unless more followed.
   */
  async whileFlushing(fd: number, flush: () => Promise<void>): Promise<void> {
    const writes = this.#writing > 0 ? -1 : this.#writes
    await flush()
    const stat = await fstat(fd, { bigint: true })
    if (writes === this.#writes) this.#shared.known.settled(this.index, stampOf(stat))
  }

  /** Creates an empty file unless its path is taken. */
  async create(): Promise<void> {
    await this.#shared.folders.make(parentOf(this.relative))
    try {
      await close(await this.#createNew())
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }

  async #openToRead(): Promise<number> {
    await this.#shared.folders.check(parentOf(this.relative))
    const fd = await this.#openFile(READ)
    await this.#checked(fd)
    return fd
  }

  async #openToWrite(): Promise<number> {
    const fd = await this.#openOrCreate()
    const { size, dev, ino } = await this.#checked(fd)
    const { own } = this.#shared
    try {
      if (own.isOther(this.index, ino)) {
        own.doubt(this.index)
        throw this.#replacedError()
      }
      own.add(this.index, ino)
      this.stepBytes = await writeStepBytes(this.path, dev)
      if (size > this.lengthBytes) await ftruncate(fd, this.lengthBytes)
      const { reserving } = this.#shared
      if (reserving && Number.isFinite(this.lengthBytes))
        await preallocate(fd, size, this.lengthBytes, reserving)
    } catch (error) {
      await close(fd)
      throw error
    }
    return fd
  }

  async #openOrCreate(): Promise<number> {
    const { folders, own } = this.#shared
    const isOwn = own.has(this.index)
    if (isOwn)
      try {
        await folders.check(parentOf(this.relative))
        return await this.#openFile(WRITE)
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error
        // A new file would have holes in place of the data.
        if (this.wasSeen) throw this.#deletedError()
      }
    else if (this.wasSeen && own.isDoubted(this.index)) throw this.#replacedError()
    folders.forget()
    await folders.make(parentOf(this.relative))
    try {
      return await this.#createNew()
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
    return isOwn ? this.#openFile(WRITE) : this.#takeOver()
  }

  /** Rejects with EEXIST if its path is taken, even by a dangling link. */
  async #createNew(): Promise<number> {
    const { folders, own } = this.#shared
    const fd = await this.#openFile(CREATE, this.#mode)
    own.created++
    own.add(this.index, (await fstat(fd)).ino)
    folders.noteChange(parentOf(this.relative))
    return fd
  }

  /**
   * Opens a file that someone else created, if it was offered to the torrent and has not changed
   * since.
   */
  async #takeOver(): Promise<number> {
    const { own } = this.#shared
    if (own.isDoubted(this.index)) throw this.#replacedError()
    const fd = await this.#openFile(WRITE)
    await this.#checked(fd)
    if (own.offered(this.index, stampOf(await fstat(fd, { bigint: true }))) === 'empty') {
      own.add(this.index)
      return fd
    }
    await close(fd)
    throw new ForeignFile(this.index, this.path)
  }

  #replacedError(): ShoalError {
    return new ShoalError(
      'not-found',
      `${this.path} was replaced by another file while in use. Check the data again.`,
    )
  }

  #deletedError(): ShoalError {
    return new ShoalError('not-found', `${this.path} was deleted while in use. Check the data again.`)
  }

  async #openFile(flags: number, mode?: number): Promise<number> {
    if (MUST_LOOK_FOR_LINKS && flags !== CREATE && (await lstat(this.path)).isSymbolicLink())
      throw ioError({ code: 'ELOOP' }, this.path)
    return open(this.path, flags, mode)
  }

  /**
   * Returns size and device. Closes `fd` and rejects with `unsafe-path` if it is not a regular file
   * (a folder, a pipe, a device).
   */
  async #checked(fd: number): Promise<{ size: number; dev: number; ino: number }> {
    const stat = await fstat(fd)
    this.#inode = stat.ino
    if (stat.isFile()) return stat
    await close(fd)
    throw new ShoalError('unsafe-path', `${this.path} is not a regular file. Move it away.`)
  }
}

/** Stamp of a file that does not exist. */
export const MISSING: FileStamp = { size: -1, mtimeNs: '0' }

/** The stamp of a file. Drops its handle if another file has taken its name. */
export async function readStamp(file: Pick<StoredFile, 'path'>, handles: HandlePool): Promise<FileStamp> {
  return (await readIdentity(file, handles)).stamp
}

/** The same with the number of the inode. */
export async function readIdentity(
  file: Pick<StoredFile, 'path'>,
  handles: HandlePool,
): Promise<{ readonly stamp: FileStamp; readonly inode: number }> {
  try {
    const stat = await lstat(file.path, { bigint: true })
    const inode = Number(stat.ino)
    if (file instanceof StoredFile && file.wasReplacedBy(inode)) await handles.drop(file)
    return { stamp: stat.isFile() ? stampOf(stat) : MISSING, inode }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return { stamp: MISSING, inode: 0 }
    throw ioError(error, file.path)
  }
}

export function stampOf({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): FileStamp {
  return { size: Number(size), mtimeNs: `${mtimeNs}` }
}

const ZEROS = new Uint8Array(1024 * 1024)

/**
 * Makes the file system allocate the complete file by writing zeros, because Node cannot call
 * `posix_fallocate`.
 */
async function preallocate(fd: number, from: number, to: number, signal: AbortSignal): Promise<void> {
  for (let at = from; at < to; at += ZEROS.length) {
    signal.throwIfAborted()
    await writeAt(fd, ZEROS.subarray(0, Math.min(ZEROS.length, to - at)), at)
  }
}
