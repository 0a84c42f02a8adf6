import { messageOf, ShoalError } from '../../base/errors.ts'
import { MAX_TORRENT_BYTES } from '../../metainfo/limits.ts'
import { SlotFiles } from '../opfs/slots.browser.ts'
import { checkNoteName, checkResumeKey, checkResumeMetainfo } from './resume-keys.ts'
import { decodeProgress, encodeProgress, MAX_PROGRESS_BYTES } from './resume-record.ts'
import type { ResumeEntry, ResumeProgress, ResumeStore } from './resume-store.ts'

const FILE_NAME = /^([0-9a-f]{40}|[0-9a-f]{64})\.(?:torrent|resume)$/
const READ_AT_ONCE = 8
const MAX_NOTE_BYTES = 2 ** 20
/** A recently closed tab may hold its locks a little longer. */
const LOCK_WAIT_MS = 5000

/**
 * Keeps resume data in a folder of the origin private file system: a `.torrent` and a `.resume` per
 * torrent, a `.note` per note.
 */
export function createResumeStore(directory: string): ResumeStore {
  return new OpfsResumeStore(directory)
}

class OpfsResumeStore implements ResumeStore {
  readonly #files: SlotFiles

  constructor(directory: string) {
    this.#files = new SlotFiles(directory)
  }

  async *load({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<ResumeEntry> {
    signal?.throwIfAborted()
    const names = await this.#files.names()
    const keys = [...new Set(names.flatMap(name => FILE_NAME.exec(name)?.[1] ?? []))]
    for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
      signal?.throwIfAborted()
      yield* await Promise.all(keys.slice(at, at + READ_AT_ONCE).map(key => this.#loadOne(key)))
    }
  }

  async saveMetainfo(key: string, metainfo: Uint8Array): Promise<void> {
    checkResumeKey(key)
    await this.#files.replace(`${key}.torrent`, metainfo.slice())
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
    checkNoteName(name)
    return this.#read(`${name}.note`, MAX_NOTE_BYTES, [], bytes => bytes)
  }

  async saveNote(name: string, bytes: Uint8Array): Promise<void> {
    checkNoteName(name)
    await this.#files.replace(`${name}.note`, bytes.slice())
  }

  async close(): Promise<void> {
    await this.#files.close()
  }

  async #loadOne(key: string): Promise<ResumeEntry> {
    const problems: string[] = []
    const check = (bytes: Uint8Array) => checkResumeMetainfo(key, bytes)
    const metainfo = await this.#read(`${key}.torrent`, MAX_TORRENT_BYTES, problems, check)
    const parse = (bytes: Uint8Array) => decodeProgress(key, bytes)
    const progress = await this.#read(`${key}.resume`, MAX_PROGRESS_BYTES, problems, parse)
    return { key, metainfo, progress, problems }
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
      const bytes = await this.#files.read(name, maxBytes)
      return bytes && parse(bytes)
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`)
      return null
    }
  }
}

/**
 * Locks the folder for this session until the returned function is called or the context ends.
 * Rejects with `in-use` while a session in any tab holds the lock. Does nothing in browsers without
 * the Web Locks API.
 */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  const locks = globalThis.navigator?.locks
  if (!locks) return async () => {}
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: granted, resolve: grant, reject: refuse } = Promise.withResolvers<void>()
  const held = locks.request(`shoal:${directory}`, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
    grant()
    return released
  })
  held.catch(cause =>
    refuse(
      new ShoalError('in-use', `${directory} is in use by another tab of this site. Close that tab.`, {
        cause,
      }),
    ),
  )
  await granted
  return async () => {
    release()
    await held.catch(() => {})
  }
}
