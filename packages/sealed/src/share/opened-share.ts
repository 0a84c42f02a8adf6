import type { Unlock } from '../age/open-header.ts'
import { PlainReader } from '../age/plain-reader.ts'
import type { ByteSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { locate, type PlacedEntry, readContents } from '../tar/contents.ts'
import type { Entry } from '../tar/entry.ts'

type Options = { signal?: AbortSignal }

/** A file in a share, with random access. */
export interface OpenedFile extends ByteSource {
  readonly path: readonly string[]
  /** Milliseconds since the Unix epoch; 0 if unknown. */
  readonly modifiedMs: number
  readonly executable: boolean
  /** Yields the verified bytes `[start, end)` in order, up to 1 MiB at a time. */
  stream(options?: { start?: number; end?: number; signal?: AbortSignal }): AsyncGenerator<Uint8Array>
}

/**
 * An opened sealed share, which may still be downloading. Opening it reads only its beginning; an
 * archive without Shoal's index is scanned once.
 */
export class OpenedShare {
  /** Files and explicit folders. Of entries with equal names, only the last. */
  readonly entries: readonly Entry[]
  /** Number of skipped links and devices, which are never extracted. */
  readonly skippedCount: number
  readonly #archive: PlainReader
  readonly #placed: ReadonlyMap<string, PlacedEntry>

  private constructor(archive: PlainReader, entries: readonly PlacedEntry[], skippedCount: number) {
    this.#archive = archive
    this.#placed = new Map(entries.map(entry => [entry.path.join('/'), entry]))
    this.entries = entries.map(({ path, folder, lengthBytes }) => ({ path, folder, lengthBytes }))
    this.skippedCount = skippedCount
  }

  /** Opens a share. Rejects with a SealedError; a wrong key is detected before any file is read. */
  static async open(sealed: ByteSource, unlock: Unlock, options: Options = {}): Promise<OpenedShare> {
    const archive = await PlainReader.open(sealed, unlock, options)
    const { entries, skippedCount } = await readContents(archive, options)
    return new OpenedShare(archive, entries, skippedCount)
  }

  /** Total bytes of all files. */
  get lengthBytes(): number {
    return this.entries.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  }

  /**
   * Opens a file. Rejects with `not-found`, or with `damaged` if the file does not match the index.
   */
  async file(path: readonly string[], options: Options = {}): Promise<OpenedFile> {
    const entry = this.#placed.get(path.join('/'))
    if (!entry || entry.folder) throw new SealedError('not-found', `This share has no file ${path.join('/')}`)
    const archive = this.#archive
    const { dataOffset, ...facts } = await locate(archive, entry, options)
    const { lengthBytes } = entry
    return {
      ...facts,
      path: entry.path,
      lengthBytes,
      read: (offset, length, more) => archive.read(dataOffset + offset, length, more),
      stream: ({ start = 0, end = lengthBytes, ...more } = {}) =>
        archive.stream(dataOffset + start, dataOffset + Math.min(end, lengthBytes), more),
    }
  }
}
