import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import { addNumber } from '@shoal/torrent'
import { makeFolders } from '@shoal/torrent/make-folders'
import { safeFileName } from '../../base/files/file-name.ts'
import type { OpenedFile, ResumePoint } from '../kernel/http/remote-file.ts'
import { type PartRecord, readRecord, recordPath, removeRecord, writeRecord } from './part-record.ts'

/** Maximum time between syncs, and thus of work lost in a crash. */
const SAVE_MS = 2000
/** Names that are tried before giving up. */
const MAX_NUMBER = 10_000

/**
 * The part of a file that has arrived: `name.part` in the destination folder, and a record that
 * identifies it.
 */
export class PartFile {
  readonly #directory: string
  readonly #recordPath: string
  #record: PartRecord
  #file: FileHandle
  #bytes: number
  #savedMs = performance.now()

  private constructor(
    directory: string,
    path: string,
    { record, file, bytes }: { record: PartRecord; file: FileHandle; bytes: number },
  ) {
    this.#directory = directory
    this.#recordPath = path
    this.#record = record
    this.#file = file
    this.#bytes = bytes
  }

  /** Opens the part of an earlier transfer; null if there is none. Rejects with a Failure. */
  static async find(directory: string, identity: string): Promise<PartFile | null> {
    const path = recordPath(directory, identity)
    const record = await readRecord(path)
    if (!record) return null
    const part = join(directory, record.part)
    const file = await open(part, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)).catch(() => null)
    if (!file) return null
    try {
      const stats = await file.stat()
      const bytes = stats.isFile() ? Math.min(stats.size, record.savedBytes) : -1
      if (bytes >= 0) {
        // Bytes beyond this may never have been written.
        await file.truncate(bytes)
        return new PartFile(directory, path, { record, file, bytes })
      }
    } catch (error) {
      await file.close()
      throw fileFailure(error, part)
    }
    await file.close()
    return null
  }

  /** Rejects with a Failure. */
  static async create(directory: string, identity: string, opened: OpenedFile): Promise<PartFile> {
    try {
      await makeFolders(directory)
      const name = safeFileName(opened.name)
      const { file, name: part } = await openFree(directory, safeFileName(`${name}.part`))
      const { validator, totalBytes } = opened
      const record: PartRecord = { version: 1, name, part, validator, totalBytes, savedBytes: 0 }
      const path = recordPath(directory, identity)
      const made = new PartFile(directory, path, { record, file, bytes: 0 })
      await writeRecord(path, record).catch(async error => {
        await made.discard()
        throw error
      })
      return made
    } catch (error) {
      throw fileFailure(error, directory)
    }
  }

  get name(): string {
    return this.#record.name
  }

  get totalBytes(): number | null {
    return this.#record.totalBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether all bytes have arrived. */
  get isComplete(): boolean {
    return this.resumePoint !== null && this.#bytes === this.#record.totalBytes
  }

  /** Returns null if only starting over guarantees a consistent file. */
  get resumePoint(): ResumePoint | null {
    const { validator, totalBytes } = this.#record
    return validator === null || this.#bytes === 0 ? null : { atBytes: this.#bytes, validator, totalBytes }
  }

  /**
   * Prepares for what the server now sends: another version, or its beginning, replaces the
   * existing bytes.
   */
  async accept({ atBytes, validator, totalBytes }: OpenedFile): Promise<void> {
    if (atBytes === this.#bytes && atBytes > 0) {
      this.#record = { ...this.#record, totalBytes: totalBytes ?? this.#record.totalBytes }
      return
    }
    this.#bytes = 0
    this.#record = { ...this.#record, validator, totalBytes, savedBytes: 0 }
    await this.#do(async () => {
      await writeRecord(this.#recordPath, this.#record)
      await this.#file.truncate(0)
    })
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#do(async () => {
      for (let at = 0; at < chunk.length; ) {
        const { bytesWritten } = await this.#file.write(chunk, at, chunk.length - at, this.#bytes)
        at += bytesWritten
        this.#bytes += bytesWritten
      }
    })
    if (performance.now() - this.#savedMs >= SAVE_MS) await this.save()
  }

  /** Makes the bytes so far durable. */
  async save(): Promise<void> {
    await this.#do(async () => {
      await this.#file.datasync()
      this.#record = { ...this.#record, savedBytes: this.#bytes }
      await writeRecord(this.#recordPath, this.#record)
      this.#savedMs = performance.now()
    })
  }

  /**
   * Renames it to its final name, or `name (2)` and so on if that is taken. Resolves with the full
   * path.
   */
  async finish(): Promise<string> {
    return this.#do(async () => {
      await this.#file.datasync()
      await this.#file.close()
      // Only a name that we created can be renamed over.
      const { file, name } = await openFree(this.#directory, this.#record.name)
      await file.close()
      const path = join(this.#directory, name)
      await rename(this.#partPath, path)
      await removeRecord(this.#recordPath)
      return path
    })
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async discard(): Promise<void> {
    await this.#file.close()
    await rm(this.#partPath, { force: true })
    await removeRecord(this.#recordPath)
  }

  get #partPath(): string {
    return join(this.#directory, this.#record.part)
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    return work().catch(error => {
      throw fileFailure(error, this.#partPath)
    })
  }
}

/** Creates an empty file with that name, or the first numbered one that is free. */
async function openFree(directory: string, name: string): Promise<{ file: FileHandle; name: string }> {
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : addNumber(name, number)
    try {
      return { file: await open(join(directory, tried), 'wx+'), name: tried }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === MAX_NUMBER) throw error
    }
  }
}
