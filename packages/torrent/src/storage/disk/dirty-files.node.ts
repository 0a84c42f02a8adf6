import { ioError } from '../io-errors.ts'
import type { FileSet } from './file-set.node.ts'
import { fdatasync, forEach } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import { readStamp, type StoredFile } from './stored-file.node.ts'

/** Number of concurrent `fdatasync` calls. The thread pool must also keep reading and writing. */
const SYNCS_AT_ONCE = 2
/** Windows flushes only files that are open for writing. */
const SYNC_WRITABLE = process.platform === 'win32'

/** The files of a torrent with bytes that a power cut could still take away. */
export class DirtyFiles {
  readonly #set: FileSet
  readonly #files = new Set<StoredFile>()
  #flushing: Promise<void> | null = null

  constructor(set: FileSet) {
    this.#set = set
  }

  get isEmpty(): boolean {
    return this.#files.size === 0
  }

  add(file: StoredFile): void {
    this.#files.add(file)
  }

  delete(file: StoredFile | undefined): void {
    if (file) this.#files.delete(file)
  }

  clear(): void {
    this.#files.clear()
  }

  /**
   * Makes everything written, and the names of new files, survive a power cut. With `others`, also
   * syncs these files, which other programs may have written to.
   */
  async flush(others: readonly StoredFile[] = []): Promise<void> {
    // A concurrent call must wait too: files in the middle of a flush are not durable yet.
    while (this.#flushing !== null) await this.#flushing.catch(() => {})
    this.#flushing = this.#flush(others).finally(() => {
      this.#flushing = null
    })
    await this.#flushing
  }

  async #flush(others: readonly StoredFile[]): Promise<void> {
    const { folders, handles, own } = this.#set
    // A file that was replaced by someone else has nothing left to flush.
    const dirty = [...this.#files].filter(({ index }) => own.has(index))
    this.#files.clear()
    try {
      await forEach(dirty, SYNCS_AT_ONCE, file => syncFile(file, handles, true))
      const done = new Set(dirty)
      await forEach(others, SYNCS_AT_ONCE, file =>
        done.has(file) ? Promise.resolve() : syncOther(file, handles),
      )
      await folders.sync(handles).catch(error => {
        throw ioError(error, folders.root)
      })
    } catch (error) {
      for (const file of dirty) this.#files.add(file)
      throw error
    }
  }
}

async function syncFile(file: StoredFile, handles: HandlePool, writable: boolean): Promise<void> {
  try {
    const handle = await handles.acquire(file, writable)
    try {
      await file.whileFlushing(handle.fd, () => fdatasync(handle.fd))
    } finally {
      handles.release(handle)
    }
  } catch (error) {
    throw ioError(error, file.path)
  }
}

/**
 * Syncs a file that others may have written to. Its name needs no sync: if the file is found after
 * a crash, so are its bytes.
 */
async function syncOther(file: StoredFile, handles: HandlePool): Promise<void> {
  const { size } = await readStamp(file, handles)
  // Opening a file for writing would truncate one that is too long.
  if (size > 0 && !(SYNC_WRITABLE && size > file.lengthBytes)) await syncFile(file, handles, SYNC_WRITABLE)
}
