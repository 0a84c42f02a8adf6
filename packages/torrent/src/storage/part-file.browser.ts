import type { HandlePool, OpfsFile } from './handle-pool.browser.ts'
import { type SyncAccessHandle, writeAll } from './opfs.browser.ts'
import { headBytes, PartIndex, type PartShape } from './part-index.ts'

/** The file beside a torrent's own that keeps what belongs to unwanted ones. See part-index.ts for what is in it. */
export class PartFile {
  readonly file: OpfsFile
  readonly index: PartIndex
  readonly #pool: HandlePool
  #saved: boolean

  private constructor(file: OpfsFile, pool: HandlePool, index: PartIndex, saved: boolean) {
    this.file = file
    this.index = index
    this.#pool = pool
    this.#saved = saved
  }

  /** One that is not stored yet; the first write creates it. */
  static create(file: OpfsFile, pool: HandlePool, shape: PartShape): PartFile {
    return new PartFile(file, pool, new PartIndex(shape), false)
  }

  /** The one that is stored; null when it is none of this torrent. Rejects with `not-found` where there is none. */
  static async load(file: OpfsFile, pool: HandlePool, shape: PartShape): Promise<PartFile | null> {
    const head = new Uint8Array(headBytes(shape))
    const count = await pool.use(file, false, handle => handle.read(head, { at: 0 }))
    const index = PartIndex.decode(head.subarray(0, count), shape)
    return index && new PartFile(file, pool, index, count === head.length)
  }

  /** Writes bytes of a file that lie within one piece, `within` from the piece's start. */
  write(file: number, piece: number, within: number, bytes: Uint8Array): void | Promise<void> {
    const changes = [this.index.setHolds(file, true), this.index.addSlot(piece)]
    const position = this.index.slotOffset(piece) + within
    return this.#change(handle => {
      writeAll(handle, bytes, position, this.file.path)
      if (this.#saved)
        for (const part of changes) if (part) writeAll(handle, part.bytes, part.position, this.file.path)
    })
  }

  /** Takes the files out of the index; their bytes were moved. */
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
      } catch (error) {
        this.#saved = false
        throw error
      }
    })
  }
}
