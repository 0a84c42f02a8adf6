import fs from 'node:fs'
import { join } from 'node:path'
import { ShoalError } from '../../base/errors.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import { close, fdatasync, forEach, open, rename, syncFolder, unlink, writeAt } from './fs.node.ts'
import { makeFolders } from './make-folders.node.ts'

/** Number of concurrent writes: one per thread of the thread pool. */
const AT_ONCE = 4
// The files are private: they contain passkeys of trackers and the names of downloads.
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** The new content of a file; null deletes it. */
interface Change {
  bytes: Uint8Array | null
  readonly settle: ((error?: unknown) => void)[]
}

/**
 * Small files of one folder that are replaced atomically: after a crash, each has its old or its
 * new content. Changes requested while the disk is busy are applied together afterwards, only the
 * last for each file, so that many files share the wait for the disk.
 */
export class AtomicFiles {
  readonly #directory: string
  #changes = new Map<string, Change>()
  #working: Promise<void> | null = null
  #closed = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Resolves when the new content is durable. */
  replace(name: string, bytes: Uint8Array): Promise<void> {
    return this.#change(name, bytes)
  }

  /** Resolves when the deletion is durable. */
  delete(name: string): Promise<void> {
    return this.#change(name, null)
  }

  /** Waits for all pending changes. Later ones reject with `closed`. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#working
  }

  #change(name: string, bytes: Uint8Array | null): Promise<void> {
    if (this.#closed) return Promise.reject(new ShoalError('closed', 'The session is closed'))
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error))
      const waiting = this.#changes.get(name)
      if (waiting) {
        waiting.bytes = bytes
        waiting.settle.push(settle)
      } else this.#changes.set(name, { bytes, settle: [settle] })
      this.#working ??= this.#work()
    })
  }

  async #work(): Promise<void> {
    // Collect all changes of the same turn of the event loop.
    await Promise.resolve()
    while (this.#changes.size > 0) {
      const changes = this.#changes
      this.#changes = new Map()
      await this.#commit(changes)
    }
    this.#working = null
  }

  async #commit(changes: Map<string, Change>): Promise<void> {
    const done: Change[] = []
    let failure: unknown
    try {
      await makeFolders(this.#directory, FOLDER_MODE)
    } catch (error) {
      failure = ioError(error, this.#directory)
    }
    await forEach([...changes], AT_ONCE, async ([name, change]) => {
      try {
        if (failure !== undefined) throw failure
        await this.#apply(name, change.bytes)
        done.push(change)
      } catch (error) {
        for (const settle of change.settle) settle(error)
      }
    })
    try {
      if (done.length > 0) await syncFolder(this.#directory)
    } catch (error) {
      failure = ioError(error, this.#directory)
    }
    for (const change of done) for (const settle of change.settle) settle(failure)
  }

  async #apply(name: string, bytes: Uint8Array | null): Promise<void> {
    const path = join(this.#directory, name)
    try {
      if (bytes === null) await unlink(path).catch(ignoreMissing)
      else await replaceFile(path, bytes)
    } catch (error) {
      throw ioError(error, errnoOf(error) === 'ENOSPC' ? this.#directory : path)
    }
  }
}

/** Leaves a temporary file behind only if the process dies; the next replacement overwrites it. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`
  try {
    const flags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC
    const fd = await open(temporary, flags, FILE_MODE)
    try {
      await writeAt(fd, bytes, 0)
      await fdatasync(fd)
    } finally {
      await close(fd)
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
}

function ignoreMissing(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error
}
