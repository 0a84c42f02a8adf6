import { Failure } from '@shoal/daemon/failure'
import { type HttpOptions, readBody } from '../../kernel/http/http-request.ts'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { DownloadOptions, FileDownload, FileProtocol, LookOptions, TorrentContent } from '../protocol.ts'
import { HttpFile, type OpenedHttpFile } from './http-file.ts'

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
    const { transfer, opened } = await FileTransfer.begin(file, options.directory, context, { signal })
    if (!opened || !isTorrent(opened as OpenedHttpFile)) return transfer
    try {
      const { answer } = opened as OpenedHttpFile
      return { kind: 'torrent', content: await readBody(answer, MAX_TORRENT_BYTES, signal) }
    } finally {
      transfer.close()
    }
  }

  /** Only the headers of a plain file are read. */
  async torrentBehind(identifier: string, options: LookOptions): Promise<Uint8Array | null> {
    const { signal } = options
    const opened = await this.#file(identifier, options).open(null, { signal })
    try {
      return isTorrent(opened) ? await readBody(opened.answer, MAX_TORRENT_BYTES, signal) : null
    } finally {
      opened.close()
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

function isTorrent({ answer, name }: OpenedHttpFile): boolean {
  const type = answer.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  return type === 'application/x-bittorrent' || /\.torrent$/i.test(name)
}
