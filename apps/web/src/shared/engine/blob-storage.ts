import { type FileStamp, type PieceLayout, ShoalError, type Storage, takeBytes } from '@shoal/torrent'
import { BlobWindows } from './blob-windows.ts'
import type { ChosenFile } from './protocol.ts'

/**
 * Storage of a torrent that is seeded from the chosen files it was created from: nothing is copied,
 * and nothing can be written.
 */
export class BlobStorage implements Storage {
  readonly #layout: PieceLayout
  readonly #blobs: readonly (Blob | null)[]
  readonly #windows: BlobWindows
  #closed = false

  /** `blobs` by index of the layout's files; null for pads. */
  constructor(layout: PieceLayout, blobs: readonly (Blob | null)[]) {
    this.#layout = layout
    this.#blobs = blobs
    this.#windows = new BlobWindows(layout.pieceLengthBytes)
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.readParts(offset, [into])
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#check(offset, length)
    let begin = 0
    for (const span of this.#layout.spans(offset, length)) {
      const taken = takeBytes(parts, begin, span.length)
      begin += span.length
      const blob = this.#blobs[span.file]
      if (blob) await this.#windows.read(span.file, blob, span.fileOffset, taken)
      else for (const part of taken) part.fill(0)
    }
  }

  async write(): Promise<void> {
    throw new ShoalError('io', 'A shared file no longer matches its torrent. Share it again.')
  }

  async flush(): Promise<void> {
    this.#check(0, 0)
  }

  async setWanted(): Promise<void> {
    this.#check(0, 0)
  }

  async stamps(): Promise<FileStamp[]> {
    this.#check(0, 0)
    return this.#blobs.map(blob => ({ size: blob ? blob.size : -1, mtimeNs: '0' }))
  }

  pathOf(): null {
    return null
  }

  segments(): null {
    return null
  }

  setReserving(): void {}

  async move(): Promise<void> {
    throw new ShoalError('unsupported', 'Shared files cannot be moved.')
  }

  async rename(): Promise<void> {
    throw new ShoalError('unsupported', 'Shared files cannot be renamed.')
  }

  remove(): Promise<void> {
    return this.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#windows.clear()
  }

  #check(offset: number, length: number): void {
    if (this.#closed) throw new ShoalError('closed', 'The storage was closed. Share the files again.')
    if (!(offset >= 0 && offset + length <= this.#layout.totalBytes))
      throw new ShoalError('bad-argument', `Bytes ${offset} to ${offset + length} are outside the torrent.`)
  }
}

/**
 * Returns the chosen files in the order of the layout, or null if they are not those of the
 * torrent.
 */
export function blobsFor(
  layout: Pick<PieceLayout, 'files'>,
  singleFile: boolean,
  chosen: readonly ChosenFile[],
): (Blob | null)[] | null {
  const byPath = new Map(chosen.map(({ path, file }) => [path.join('/'), file]))
  const blobs: (Blob | null)[] = []
  for (const { path, pad, lengthBytes } of layout.files) {
    const blob = pad ? null : byPath.get((singleFile ? path : path.slice(1)).join('/'))
    if (blob === undefined || (blob && blob.size !== lengthBytes)) return null
    blobs.push(blob)
  }
  return blobs
}
