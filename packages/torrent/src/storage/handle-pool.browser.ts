import { ShoalError } from '../base/errors.ts'
import {
  isMissing,
  lockFile,
  nameOf,
  openFile,
  opfsError,
  refusedBytes,
  removeFile,
  type SyncAccessHandle,
} from './opfs.browser.ts'

/** Open files at a time: each holds a lock and a descriptor of the browser. */
const MAX_OPEN = 64
/** A file in the origin private file system, open or not. */
export class OpfsFile {
  path: string
  /** What a new file is sized to at once, as a sparse file; 0: it grows. */
  readonly roomBytes: number
  /** Null: not open. */
  handle: SyncAccessHandle | null = null
  /** Bytes were written that a power cut could still take away. */
  isDirty = false
  /** Uses that wait for it to be opened. */
  waiting = 0
  /** The last of those. */
  last: Promise<unknown> = Promise.resolve()

  constructor(path: string, roomBytes = 0) {
    this.path = path
    this.roomBytes = roomBytes
  }
}

/** The open files of a session, bounded in number: the one that was used longest ago is closed for another. */
export class HandlePool {
  readonly #maxOpen: number
  /** In the order of use. */
  readonly #open = new Set<OpfsFile>()
  #opening = 0

  constructor({ maxOpen = MAX_OPEN } = {}) {
    this.#maxOpen = maxOpen
  }

  get openCount(): number {
    return this.#open.size
  }

  /**
   * Runs `work` with the file's handle, at once where it is open: it must not keep the handle. Uses of one file run in the order of asking.
   * Rejects with a ShoalError: `not-found` where there is no such file and `create` is false.
   */
  use<T>(file: OpfsFile, create: boolean, work: (handle: SyncAccessHandle) => T): T | Promise<T> {
    if (file.handle !== null && file.waiting === 0) {
      this.#open.delete(file)
      this.#open.add(file)
      return this.#run(file, file.handle, work)
    }
    file.waiting++
    const turn = file.last.then(() => this.#openAndRun(file, create, work)).finally(() => file.waiting--)
    file.last = turn.catch(() => {})
    return turn
  }

  /** Closes the file if it is open, after those who wait for it. */
  async drop(file: OpfsFile): Promise<void> {
    await file.last
    this.#close(file)
  }

  async #openAndRun<T>(file: OpfsFile, create: boolean, work: (handle: SyncAccessHandle) => T): Promise<T> {
    while (file.handle === null) await this.#openFile(file, create)
    return this.#run(file, file.handle, work)
  }

  #run<T>(file: OpfsFile, handle: SyncAccessHandle, work: (handle: SyncAccessHandle) => T): T {
    try {
      return work(handle)
    } catch (error) {
      // The user has deleted the site's data: the handle is of no use any more.
      if (nameOf(error) === 'InvalidStateError') this.#close(file)
      throw opfsError(error, file.path)
    }
  }

  async #openFile(file: OpfsFile, create: boolean): Promise<void> {
    this.#makeRoom()
    this.#opening++
    try {
      const isNew = file.roomBytes > 0 && create && !(await exists(file.path))
      const handle = await lockFile(file.path, create)
      if (isNew) await keepOrRemove(handle, file)
      file.handle = handle
      this.#open.add(file)
    } catch (error) {
      throw opfsError(error, file.path)
    } finally {
      this.#opening--
    }
  }

  #makeRoom(): void {
    for (const file of this.#open) {
      if (this.#open.size + this.#opening < this.#maxOpen) return
      this.#close(file)
    }
  }

  #close(file: OpfsFile): void {
    this.#open.delete(file)
    const { handle } = file
    file.handle = null
    try {
      handle?.close()
    } catch {
      // It was closed with the site's data.
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await openFile(path, false)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** A new file has all its room or is not there: then it is tried again with the next write. */
async function keepOrRemove(handle: SyncAccessHandle, file: OpfsFile): Promise<void> {
  try {
    reserve(handle, file)
  } catch (error) {
    handle.close()
    await removeFile(file.path)
    throw error
  }
}

/** Chromium's private windows leave a file as it was, without an error, when it gets too large for them. */
function reserve(handle: SyncAccessHandle, { path, roomBytes }: OpfsFile): void {
  handle.truncate(roomBytes)
  if (handle.getSize() !== roomBytes) throw refusedBytes(path)
}

/** For reads: what is not there was never stored. */
export function endsTooEarly(path: string): ShoalError {
  return new ShoalError('not-found', `${path} ends too early: check the data again`)
}
