import fs from 'node:fs'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import { type HeadPart, headBytes, PartIndex, type PartShape } from '../part-index.ts'
import { close, fstat, open, READ, readAt } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import type { StoredFile } from './stored-file.node.ts'

/**
 * The hidden file in the download folder that keeps bytes of unwanted files. part-index.ts
 * describes its format.
 */
export class PartFile {
  readonly file: StoredFile
  readonly index: PartIndex
  readonly #pool: HandlePool
  /** Whether the complete head is on disk. */
  #saved: boolean
  #saving: Promise<void> | null = null
  /** False until it has been found on disk, or the first write has created it. */
  isStored: boolean

  private constructor(file: StoredFile, pool: HandlePool, index: PartIndex, found: 'new' | 'cut' | 'whole') {
    this.file = file
    this.index = index
    this.#pool = pool
    this.#saved = found === 'whole'
    this.isStored = found !== 'new'
  }

  /** A part file that is not on disk yet; the first write creates it. */
  static create(file: StoredFile, pool: HandlePool, shape: PartShape): PartFile {
    return new PartFile(file, pool, new PartIndex(shape), 'new')
  }

  /** Loads the part file. Resolves to null if it is missing or belongs to another torrent. */
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

  /** Like `load`, but synchronous. Returns null also if the file cannot be read. */
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

  /** Writes bytes of a file that lie within one piece, at offset `within` of the piece. */
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

  /** Writes the complete head, once for all concurrent callers. */
  async saveHead(): Promise<void> {
    // Changes made after a save began may be missing from it, so wait for it and save again.
    while (this.#saving !== null) await this.#saving.catch(() => {})
    if (this.#saved) return
    this.#saved = true
    this.#saving = this.#pool.writes.write(this.file, 0, this.index.head)
    try {
      await this.#saving
      this.isStored = true
    } catch (error) {
      this.#saved = false
      throw error
    } finally {
      this.#saving = null
    }
  }

  /**
   * Removes the files from the index. The caller has moved their bytes and writes the head next.
   */
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
    return index && new PartFile(file, pool, index, head.length === headBytes(shape) ? 'whole' : 'cut')
  }
}

/** A torrent's part file, which is looked up on disk when it is first needed. */
export class LazyPartFile {
  readonly file: StoredFile
  readonly #pool: HandlePool
  readonly #shape: PartShape
  /** Undefined: not looked up yet. Null: there is none. */
  #part: PartFile | null | undefined
  #loading: Promise<void> | null = null

  constructor(file: StoredFile, pool: HandlePool, { pieceLengthBytes, pieceCount, files }: PieceLayout) {
    this.file = file
    this.#pool = pool
    this.#shape = { pieceLengthBytes, pieceCount, fileCount: files.length }
  }

  get isLoaded(): boolean {
    return this.#part !== undefined
  }

  /** The part file if it has been loaded and exists. */
  get current(): PartFile | null {
    return this.#part ?? null
  }

  /** Whether the bytes of file `index` are in the part file, as far as it is loaded. */
  holds(index: number): boolean {
    return this.#part?.index.holds(index) ?? false
  }

  async load(): Promise<void> {
    if (this.#part !== undefined) return
    this.#loading ??= PartFile.load(this.file, this.#pool, this.#shape).then(part => {
      this.#part ??= part
    })
    try {
      await this.#loading
    } catch (error) {
      throw ioError(error, this.file.path)
    } finally {
      this.#loading = null
    }
  }

  loadSync(): void {
    if (this.#part === undefined) this.#part = PartFile.loadSync(this.file, this.#pool, this.#shape)
  }

  /** The loaded part file, or a new one that the first write creates on disk. */
  getOrCreate(): PartFile {
    this.#part ??= PartFile.create(this.file, this.#pool, this.#shape)
    return this.#part
  }

  /** Records that the part file has been deleted. */
  forget(): void {
    this.#part = null
  }
}
