import { ShoalError } from '../base/errors.ts'
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
} from './fs.node.ts'
import type { Handle, PooledFile } from './handle-pool.node.ts'
import { errnoOf, ioError } from './io-errors.ts'

/** What a file must know of its torrent. */
export interface FileOwner {
  readonly folders: Folders
  /** Null: no room is reserved. Aborted when it need not be any more. */
  readonly reserving: AbortSignal | null
  /** Whether the file was ever opened, so that it must be there: it is not created again when it vanished. */
  wasSeen(file: StoredFile): boolean
  setSeen(file: StoredFile): void
  onClosed(): void
}

/** One file on disk: opened lazily and never through a symbolic link, created when it is first written to. */
export class StoredFile implements PooledFile {
  handle: Handle | null = null
  opening: Promise<Handle> | null = null
  /** Path below the download folder, with `/`. */
  relative: string
  /** Index into the torrent's files; -1 for the part file. */
  readonly index: number
  /** Bytes that belong to it; a longer file is cut to this when it is written to. `Infinity` for no limit. */
  readonly lengthBytes: number
  /** Inode of what is open, or was. */
  #inode: number | undefined
  readonly #mode: number
  readonly #owner: FileOwner

  constructor(
    owner: FileOwner,
    file: { index: number; relative: string; lengthBytes: number; executable?: boolean },
  ) {
    this.#owner = owner
    this.index = file.index
    this.relative = file.relative
    this.lengthBytes = file.lengthBytes
    // BEP 47: attribute x. The process's umask takes from it what the user does not want.
    this.#mode = file.executable ? 0o777 : 0o666
  }

  get path(): string {
    return this.#owner.folders.path(this.relative)
  }

  /** Whether it is open, but another file than the one of its name, whose inode is given. */
  wasReplacedBy(inode: number): boolean {
    return this.handle !== null && inode !== this.#inode
  }

  async open(writable: boolean): Promise<number> {
    const fd = writable ? await this.#openToWrite() : await this.#openToRead()
    this.#owner.setSeen(this)
    return fd
  }

  onClosed(): void {
    this.#owner.onClosed()
  }

  /** Creates it, empty, unless it is there. */
  async create(): Promise<void> {
    await this.#owner.folders.make(parentOf(this.relative))
    try {
      await close(await open(this.path, CREATE, this.#mode))
      this.#owner.folders.noteChange(parentOf(this.relative))
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }

  async #openToRead(): Promise<number> {
    await this.#owner.folders.check(parentOf(this.relative))
    const fd = await this.#openFile(READ)
    await this.#checked(fd)
    return fd
  }

  async #openToWrite(): Promise<number> {
    const fd = await this.#openOrCreate()
    const size = await this.#checked(fd)
    try {
      if (size > this.lengthBytes) await ftruncate(fd, this.lengthBytes)
      const { reserving } = this.#owner
      if (reserving && Number.isFinite(this.lengthBytes)) await fillUp(fd, size, this.lengthBytes, reserving)
    } catch (error) {
      await close(fd)
      throw error
    }
    return fd
  }

  async #openOrCreate(): Promise<number> {
    const { folders } = this.#owner
    try {
      await folders.check(parentOf(this.relative))
      return await this.#openFile(WRITE)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
    // To create it anew would pass holes off as the bytes that it had.
    if (this.#owner.wasSeen(this))
      throw new ShoalError('not-found', `${this.path} was deleted while in use: check the data again`)
    folders.forget()
    await folders.make(parentOf(this.relative))
    const fd = await this.#openFile(CREATE, this.#mode)
    folders.noteChange(parentOf(this.relative))
    return fd
  }

  async #openFile(flags: number, mode?: number): Promise<number> {
    if (MUST_LOOK_FOR_LINKS && flags !== CREATE && (await lstat(this.path)).isSymbolicLink())
      throw ioError({ code: 'ELOOP' }, this.path)
    return open(this.path, flags, mode)
  }

  /** Its size; closes and rejects with `unsafe-path` what is not a file (a folder, a pipe, a device). */
  async #checked(fd: number): Promise<number> {
    const stat = await fstat(fd)
    this.#inode = stat.ino
    if (stat.isFile()) return stat.size
    await close(fd)
    throw new ShoalError('unsafe-path', `${this.path} is not a file: move it away`)
  }
}

const ZEROS = new Uint8Array(1024 * 1024)

/** Has the file system give the file its whole room, by writing zeros: Node cannot call `posix_fallocate`. */
async function fillUp(fd: number, from: number, to: number, signal: AbortSignal): Promise<void> {
  for (let at = from; at < to; at += ZEROS.length) {
    signal.throwIfAborted()
    await writeAt(fd, ZEROS.subarray(0, Math.min(ZEROS.length, to - at)), at)
  }
}
