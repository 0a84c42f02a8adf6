import { headBytes, PartIndex, type PartShape } from '../part-index.ts'
import type { HandlePool, OpfsFile } from './handle-pool.browser.ts'
import { type SyncAccessHandle, writeAll } from './opfs.browser.ts'

/**
 * The hidden file in the download folder that keeps bytes of unwanted files. part-index.ts
 * describes its format.
 */
export class PartFile {
  readonly file: OpfsFile
  readonly index: PartIndex
  readonly #pool: HandlePool
  #saved: boolean
  /** False until it has been found in the browser, or the first write has created it. */
  isStored: boolean

  private constructor(file: OpfsFile, pool: HandlePool, index: PartIndex, found: 'new' | 'cut' | 'whole') {
    this.file = file
    this.index = index
    this.#pool = pool
    this.#saved = found === 'whole'
    this.isStored = found !== 'new'
  }

  /** A part file that is not stored yet; the first write creates it. */
  static create(file: OpfsFile, pool: HandlePool, shape: PartShape): PartFile {
    return new PartFile(file, pool, new PartIndex(shape), 'new')
  }

  /**
   * Loads the part file. Resolves to null if it belongs to another torrent; rejects with
   * `not-found` if it does not exist.
   */
  static async load(file: OpfsFile, pool: HandlePool, shape: PartShape): Promise<PartFile | null> {
    const head = new Uint8Array(headBytes(shape))
    const count = await pool.use(file, false, handle => handle.read(head, { at: 0 }))
    const index = PartIndex.decode(head.subarray(0, count), shape)
    return index && new PartFile(file, pool, index, count === head.length ? 'whole' : 'cut')
  }

  /** Writes bytes of a file that lie within one piece, at offset `within` of the piece. */
  write(file: number, piece: number, within: number, bytes: Uint8Array): void | Promise<void> {
    const changes = [this.index.setHolds(file, true), this.index.addSlot(piece)]
    const position = this.index.slotOffset(piece) + within
    return this.#change(handle => {
      writeAll(handle, bytes, position, this.file.path)
      if (this.#saved)
        for (const part of changes) if (part) writeAll(handle, part.bytes, part.position, this.file.path)
    })
  }

  /** Removes the files, whose bytes have been moved, from the index. */
  async release(files: readonly number[]): Promise<void> {
    for (const file of files) this.index.setHolds(file, false)
    this.#saved = false
    await this.#change(() => {})
  }

  #change(work: (handle: SyncAccessHandle) => void): void | Promise<void> {
    this.file.isDirty = true
    return this.#pool.use(this.file, true, handle => {
      const { path } = this.file
      try {
        work(handle)
        if (!this.#saved) writeAll(handle, this.index.head, 0, path)
        this.#saved = true
        this.isStored = true
      } catch (error) {
        this.#saved = false
        throw error
      }
    })
  }
}
