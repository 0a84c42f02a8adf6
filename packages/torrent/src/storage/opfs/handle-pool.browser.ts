import { ShoalError } from '../../base/errors.ts'
import {
  errorName,
  isMissing,
  lockFile,
  openFile,
  opfsError,
  refusedBytes,
  removeFile,
  type SyncAccessHandle,
  writeAll,
} from './opfs.browser.ts'

/** Maximum number of open files: each holds a lock and a descriptor of the browser. */
const MAX_OPEN = 64

/** A file in the origin private file system, open or not. */
export class OpfsFile {
  path: string
  /** Size that a new file gets immediately, as a sparse file; 0: it grows. */
  readonly initialBytes: number
  /** Null while closed. */
  handle: SyncAccessHandle | null = null
  /** Whether it has written bytes that a power cut could still take away. */
  isDirty = false
  /** Number of uses that wait for the file to be opened. */
  waiting = 0
  /** The last of these uses. */
  last: Promise<unknown> = Promise.resolve()

  constructor(path: string, initialBytes = 0) {
    this.path = path
    this.initialBytes = initialBytes
  }
}

/** The open files of a session, limited in number: the least recently used one is closed first. */
export class HandlePool {
  readonly #maxOpen: number
  /** Least recently used first. */
  readonly #open = new Set<OpfsFile>()
  #opening = 0

  constructor({ maxOpen = MAX_OPEN } = {}) {
    this.#maxOpen = maxOpen
  }

  get openCount(): number {
    return this.#open.size
  }

  /**
   * Runs `work` with the file's handle, synchronously if the file is open. `work` must not keep the
   * handle. Uses of one file run in the order of the calls. Rejects with a ShoalError: `not-found`
   * if the file does not exist and `create` is false.
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

  /**
   * Fills `into` with bytes of the file. Rejects with `not-found` if the file is missing or too
   * short.
   */
  read(file: OpfsFile, at: number, into: Uint8Array): void | Promise<void> {
    return this.use(file, false, handle => {
      if (handle.read(into, { at }) !== into.length) throw tooShort(file.path)
    })
  }

  /** Writes bytes to the file, which is created if it is missing. */
  write(file: OpfsFile, at: number, bytes: Uint8Array): void | Promise<void> {
    return this.use(file, true, handle => {
      file.isDirty = true
      writeAll(handle, bytes, at, file.path)
    })
  }

  /** Makes written bytes survive a power cut. */
  async flush(file: OpfsFile, { mayBeMissing = false } = {}): Promise<void> {
    // Cleared first, because writes during the flush belong to the next one.
    file.isDirty = false
    try {
      await this.use(file, false, handle => handle.flush())
    } catch (error) {
      if (mayBeMissing && error instanceof ShoalError && error.code === 'not-found') return
      file.isDirty = true
      throw error
    }
  }

  /** Closes the file if it is open, after pending uses. */
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
      // The user has deleted the site's data, which invalidates the handle.
      if (errorName(error) === 'InvalidStateError') this.#close(file)
      throw opfsError(error, file.path)
    }
  }

  async #openFile(file: OpfsFile, create: boolean): Promise<void> {
    this.#closeExcess()
    this.#opening++
    try {
      const isNew = file.initialBytes > 0 && create && !(await exists(file.path))
      const handle = await lockFile(file.path, create)
      if (isNew) await reserveOrRemove(handle, file)
      file.handle = handle
      this.#open.add(file)
    } catch (error) {
      throw opfsError(error, file.path)
    } finally {
      this.#opening--
    }
  }

  #closeExcess(): void {
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

/**
 * Gives a new file its full size, or removes it if that fails, so that the next write tries again.
 */
async function reserveOrRemove(handle: SyncAccessHandle, file: OpfsFile): Promise<void> {
  try {
    reserve(handle, file)
  } catch (error) {
    handle.close()
    await removeFile(file.path)
    throw error
  }
}

/**
 * Checks the size, because Chromium's private windows silently ignore a truncate beyond their
 * limit.
 */
function reserve(handle: SyncAccessHandle, { path, initialBytes }: OpfsFile): void {
  handle.truncate(initialBytes)
  if (handle.getSize() !== initialBytes) throw refusedBytes(path)
}

function tooShort(path: string): ShoalError {
  return new ShoalError('not-found', `${path} is too short. Check the data again.`)
}
