import { Failure } from '@shoal/daemon/failure'
import { type HttpOptions, MagnetRedirect, readBody } from '../../kernel/http/http-request.ts'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { DownloadOptions, FileDownload, FileProtocol, LookOptions, TorrentContent } from '../protocol.ts'
import { HttpFile, type OpenedHttpFile } from './http-file.ts'
import { beginsTorrent } from './torrent-look.ts'

/** The engine's largest size. */
const MAX_TORRENT_BYTES = 64 * 1024 * 1024

export interface HttpHandlerOptions extends Omit<HttpOptions, 'signal' | 'headers' | 'outsideOnly'> {
  readonly context: TransferContext
}

/** Downloads any file over HTTP(S). */
export class HttpHandler implements FileProtocol {
  readonly name = 'HTTP'
  readonly understands = ['the http(s) URL of any file']
  readonly #options: HttpHandlerOptions

  constructor(options: HttpHandlerOptions) {
    this.#options = options
  }

  canHandle(identifier: string): boolean {
    return /^https?:\/\//i.test(identifier)
  }

  async download(identifier: string, options: DownloadOptions): Promise<FileDownload | TorrentContent> {
    const { context } = this.#options
    const file = this.#file(identifier, options)
    const signal = options.signal ?? new AbortController().signal
    try {
      const { transfer, opened } = await FileTransfer.begin(file, options.directory, context, { signal })
      if (!opened) return transfer
      const content = await torrentIn(opened as OpenedHttpFile, signal).catch(error => {
        transfer.close()
        throw error
      })
      if (content === null) return transfer
      transfer.close()
      return { kind: 'torrent', content }
    } catch (error) {
      if (error instanceof MagnetRedirect) return { kind: 'torrent', content: error.magnet }
      throw error
    }
  }

  /** Only the headers of a plain file are read. */
  async torrentBehind(identifier: string, options: LookOptions): Promise<Uint8Array | string | null> {
    const { signal } = options
    try {
      const opened = await this.#file(identifier, options).open(null, { signal })
      try {
        return await torrentIn(opened, signal)
      } finally {
        opened.close()
      }
    } catch (error) {
      if (error instanceof MagnetRedirect) return error.magnet
      throw error
    }
  }

  #file(identifier: string, { outsideOnly = false }: Pick<LookOptions, 'outsideOnly'>): HttpFile {
    if (!URL.canParse(identifier))
      throw new Failure('bad-argument', 'this is not a URL: check the spelling', { field: 'source' })
    const { userAgent, tls, isLocal, route } = this.#options
    const options = { userAgent, outsideOnly, route, ...(tls && { tls }), ...(isLocal && { isLocal }) }
    return new HttpFile(new URL(identifier), options)
  }
}

/**
 * Reads a file completely if it is a .torrent, possibly compressed. Resolves with null for any
 * other, without losing a byte. Rejects for one that could not be saved because the server
 * compressed it without a request.
 */
async function torrentIn(opened: OpenedHttpFile, signal: AbortSignal): Promise<Uint8Array | null> {
  if (await beginsTorrent(opened, MAX_TORRENT_BYTES, signal))
    return await readBody(opened.answer, MAX_TORRENT_BYTES, signal)
  if (opened.refusal) throw opened.refusal
  return null
}
