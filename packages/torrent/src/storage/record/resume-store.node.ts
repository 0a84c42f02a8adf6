import fs from 'node:fs'
import { join } from 'node:path'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { MAX_TORRENT_BYTES } from '../../metainfo/limits.ts'
import { AtomicFiles } from '../disk/atomic-files.node.ts'
import { lockFolder } from '../disk/folder-lock.node.ts'
import { close, fstat, open, READ, readAt } from '../disk/fs.node.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import { checkNoteName, checkResumeKey, checkResumeMetainfo } from './resume-keys.ts'
import { decodeProgress, encodeProgress, MAX_PROGRESS_BYTES } from './resume-record.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from './resume-store.ts'

export { lockFolder }

const FILE_NAME = /^([0-9a-f]{40}|[0-9a-f]{64})\.(torrent|resume)$/
const MAX_NOTE_BYTES = 1 << 20
/** Torrents loaded concurrently. */
const READ_AT_ONCE = 8

/**
 * Keeps resume data in its own folder: `<info hash>.resume` (progress) and `<info hash>.torrent`
 * per torrent. The first save creates the folder. Only one session at a time may use it.
 */
export function createResumeStore(directory: string): ResumeStore {
  return new FileResumeStore(directory)
}

class FileResumeStore implements ResumeStore {
  readonly #directory: string
  readonly #files: AtomicFiles

  constructor(directory: string) {
    this.#directory = directory
    this.#files = new AtomicFiles(directory)
  }

  async *load(options: { signal?: AbortSignal } = {}): AsyncGenerator<ResumeEntry> {
    const keys = await this.#keys()
    for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
      options.signal?.throwIfAborted()
      yield* await Promise.all(keys.slice(at, at + READ_AT_ONCE).map(key => this.#loadOne(key)))
    }
  }

  async saveMetainfo(key: string, metainfo: Uint8Array): Promise<void> {
    checkResumeKey(key)
    await this.#files.replace(`${key}.torrent`, metainfo)
  }

  async save(key: string, progress: ResumeProgress): Promise<void> {
    checkResumeKey(key)
    await this.#files.replace(`${key}.resume`, encodeProgress(key, progress))
  }

  async delete(key: string): Promise<void> {
    checkResumeKey(key)
    await Promise.all([this.#files.delete(`${key}.resume`), this.#files.delete(`${key}.torrent`)])
  }

  async loadNote(name: string): Promise<Uint8Array | null> {
    return this.#read(noteFile(name), MAX_NOTE_BYTES, [], bytes => bytes)
  }

  async saveNote(name: string, bytes: Uint8Array): Promise<void> {
    await this.#files.replace(noteFile(name), bytes)
  }

  async close(): Promise<void> {
    await this.#files.close()
  }

  /** Keys of all torrents with resume data. */
  async #keys(): Promise<string[]> {
    const keys = new Set<string>()
    try {
      for (const name of await fs.promises.readdir(this.#directory)) {
        const match = FILE_NAME.exec(name)
        if (match) keys.add(match[1]!)
      }
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw ioError(error, this.#directory)
    }
    return [...keys].sort()
  }

  async #loadOne(key: string): Promise<ResumeEntry> {
    // Separate lists, so that the order of problems does not depend on timing.
    const metainfoProblems: string[] = []
    const progressProblems: string[] = []
    const [metainfo, progress] = await Promise.all([
      this.#read(`${key}.torrent`, MAX_TORRENT_BYTES, metainfoProblems, bytes =>
        checkResumeMetainfo(key, bytes),
      ),
      this.#read(`${key}.resume`, MAX_PROGRESS_BYTES, progressProblems, bytes => decodeProgress(key, bytes)),
    ])
    return { key, metainfo, progress, problems: [...metainfoProblems, ...progressProblems] }
  }

  /**
   * Reads and parses a file. Resolves to null if it does not exist or, with an entry in `problems`,
   * if it is unusable.
   */
  async #read<T>(
    name: string,
    maxBytes: number,
    problems: string[],
    parse: (bytes: Uint8Array) => T,
  ): Promise<T | null> {
    try {
      return parse(await readFile(join(this.#directory, name), maxBytes))
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') problems.push(`${name}: ${messageOf(error)}`)
      return null
    }
  }
}

function noteFile(name: string): string {
  checkNoteName(name)
  return `${name}.note`
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const fd = await open(path, READ)
  try {
    const stat = await fstat(fd)
    if (!stat.isFile() || stat.size > maxBytes)
      throw new ShoalError('io', 'The file is too large or not a regular file')
    const bytes = new Uint8Array(stat.size)
    return bytes.subarray(0, await readAt(fd, bytes, 0))
  } finally {
    await close(fd)
  }
}
