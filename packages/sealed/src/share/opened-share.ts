import type { Unlock } from '../age/open-header.ts'
import { PlainReader } from '../age/plain-reader.ts'
import type { ByteSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { locate, type PlacedEntry, readContents } from '../tar/contents.ts'
import type { Entry } from '../tar/entry.ts'

type Options = { signal?: AbortSignal }

/** A file inside a share, to be read at any place. */
export interface OpenedFile extends ByteSource {
  readonly path: readonly string[]
  /** Milliseconds since the Unix epoch; 0 when it is not known. */
  readonly modifiedMs: number
  readonly executable: boolean
  /** The bytes `[start, end)` in order, up to 1 MiB at a time; verified. */
  stream(options?: { start?: number; end?: number; signal?: AbortSignal }): AsyncGenerator<Uint8Array>
}

/**
 * A sealed share, read while it may still be on its way. Opening it reads its beginning; what was not made by Shoal and has no index is walked
 * through once.
 */
export class OpenedShare {
  /** Files, and folders that are named. Of equal names only the last. */
  readonly entries: readonly Entry[]
  /** How many links and devices there are that are never made from a share. */
  readonly leftOut: number
  readonly #archive: PlainReader
  readonly #placed: ReadonlyMap<string, PlacedEntry>

  private constructor(archive: PlainReader, entries: readonly PlacedEntry[], leftOut: number) {
    this.#archive = archive
    this.#placed = new Map(entries.map(entry => [entry.path.join('/'), entry]))
    this.entries = entries.map(({ path, folder, lengthBytes }) => ({ path, folder, lengthBytes }))
    this.leftOut = leftOut
  }

  /** Rejects with a SealedError; a wrong key is known before any file is. */
  static async open(sealed: ByteSource, unlock: Unlock, options: Options = {}): Promise<OpenedShare> {
    const archive = await PlainReader.open(sealed, unlock, options)
    const { entries, leftOut } = await readContents(archive, options)
    return new OpenedShare(archive, entries, leftOut)
  }

  /** Bytes of all files. */
  get lengthBytes(): number {
    return this.entries.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  }

  /** Rejects with `not-found`, and with `damaged` when the file is not as the list says. */
  async file(path: readonly string[], options: Options = {}): Promise<OpenedFile> {
    const entry = this.#placed.get(path.join('/'))
    if (!entry || entry.folder)
      throw new SealedError('not-found', `there is no file ${path.join('/')} in this share`)
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
