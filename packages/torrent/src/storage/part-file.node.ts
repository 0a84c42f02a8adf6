import fs from 'node:fs'
import { close, fstat, open, READ, readAt } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import { errnoOf } from './io-errors.ts'
import { type HeadPart, headBytes, PartIndex, type PartShape } from './part-index.ts'
import type { StoredFile } from './stored-file.node.ts'

/** The hidden file beside a torrent's files that keeps what belongs to unwanted ones. See part-index.ts for what is in it. */
export class PartFile {
  readonly file: StoredFile
  readonly index: PartIndex
  readonly #pool: HandlePool
  /** Whether all of the head is on disk. */
  #saved: boolean
  #saving: Promise<void> | null = null

  private constructor(file: StoredFile, pool: HandlePool, index: PartIndex, saved: boolean) {
    this.file = file
    this.index = index
    this.#pool = pool
    this.#saved = saved
  }

  /** One that is not on disk yet; the first write creates it. */
  static create(file: StoredFile, pool: HandlePool, shape: PartShape): PartFile {
    return new PartFile(file, pool, new PartIndex(shape), false)
  }

  /** The one on disk; null when there is none, or none of this torrent. */
  static async load(file: StoredFile, pool: HandlePool, shape: PartShape): Promise<PartFile | null> {
    let fd: number
    try {
      fd = await open(file.path, READ)
    } catch (error) {
      if (['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errnoOf(error))) return null
      throw error
    }
    try {
      if (!(await fstat(fd)).isFile()) return null
      const head = new Uint8Array(headBytes(shape))
      const count = await readAt(fd, head, 0)
      return PartFile.#from(file, pool, shape, head.subarray(0, count))
    } finally {
      await close(fd)
    }
  }

  /** The same without giving up the thread, for the one caller that cannot wait. Null also when it cannot be read. */
  static loadSync(file: StoredFile, pool: HandlePool, shape: PartShape): PartFile | null {
    let fd = -1
    try {
      fd = fs.openSync(file.path, READ)
      if (!fs.fstatSync(fd).isFile()) return null
      const head = new Uint8Array(headBytes(shape))
      const count = fs.readSync(fd, head, 0, head.length, 0)
      return PartFile.#from(file, pool, shape, head.subarray(0, count))
    } catch {
      return null
    } finally {
      if (fd >= 0) fs.closeSync(fd)
    }
  }

  /** Writes bytes of a file that lie within one piece, `within` from the piece's start. */
  async write(file: number, piece: number, within: number, bytes: Uint8Array): Promise<void> {
    const changes = [this.index.setHolds(file, true), this.index.addSlot(piece)]
    const position = this.index.slotOffset(piece) + within
    const [head, data] = await Promise.allSettled([
      this.#saved ? this.#writeParts(changes) : this.saveHead(),
      this.#pool.writes.write(this.file, position, bytes),
    ])
    if (head.status === 'rejected') throw head.reason
    if (data.status === 'rejected') throw data.reason
  }

  /** Writes the whole head, once for all who ask meanwhile. */
  async saveHead(): Promise<void> {
    // What was changed after a save began may be missing from it, so wait for that and save again.
    while (this.#saving !== null) await this.#saving.catch(() => {})
    if (this.#saved) return
    this.#saved = true
    this.#saving = this.#pool.writes.write(this.file, 0, this.index.head)
    try {
      await this.#saving
    } catch (error) {
      this.#saved = false
      throw error
    } finally {
      this.#saving = null
    }
  }

  /** Takes the files out of the index. The caller has moved their bytes, and writes the head next. */
  release(files: readonly number[]): void {
    for (const file of files) this.index.setHolds(file, false)
    this.#saved = false
  }

  async #writeParts(changes: readonly (HeadPart | null)[]): Promise<void> {
    try {
      await Promise.all(
        changes.map(part => part && this.#pool.writes.write(this.file, part.position, part.bytes)),
      )
    } catch (error) {
      this.#saved = false
      throw error
    }
  }

  static #from(file: StoredFile, pool: HandlePool, shape: PartShape, head: Uint8Array): PartFile | null {
    const index = PartIndex.decode(head, shape)
    return index && new PartFile(file, pool, index, head.length === headBytes(shape))
  }
}
