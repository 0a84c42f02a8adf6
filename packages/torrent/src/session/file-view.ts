import type { TorrentFile } from '../api.ts'
import type { Content } from './content.ts'
import { type StreamHost, streamFile } from './file-stream.ts'

/** One real file of a torrent, as the public API shows it. */
export class FileView implements TorrentFile {
  readonly index: number
  readonly #host: StreamHost
  /** Index among all files, pads included. */
  readonly #at: number

  constructor(index: number, at: number, host: StreamHost) {
    this.index = index
    this.#at = at
    this.#host = host
  }

  get #content(): Content {
    return this.#host.content
  }

  get path(): readonly string[] {
    return this.#content.layout.files[this.#at]!.path
  }

  get currentPath(): readonly string[] {
    return this.#host.currentPath(this.#at)
  }

  get lengthBytes(): number {
    return this.#content.layout.files[this.#at]!.lengthBytes
  }

  get piecesRoot(): Uint8Array | undefined {
    return this.#content.layout.files[this.#at]!.piecesRoot
  }

  get haveBytes(): number {
    return this.#content.haveBytesOf(this.#at)
  }

  get priority(): number {
    return this.#content.selection.priorityOf(this.#at)
  }

  get diskPath(): string | null {
    return this.#content.storage.pathOf(this.#at)
  }

  stream(options: { start?: number; end?: number; signal?: AbortSignal } = {}): AsyncIterable<Uint8Array> {
    return streamFile(this.#host, this.#at, options)
  }
}

/** Indexes of the real files among all. */
export function realFiles(content: Content): number[] {
  const indexes: number[] = []
  for (const [at, { pad }] of content.layout.files.entries()) if (!pad) indexes.push(at)
  return indexes
}
