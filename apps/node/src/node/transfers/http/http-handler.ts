import { Failure } from '../../../base/failure.ts'
import { type HttpOptions, readBody } from '../../kernel/http/http-request.ts'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type {
  Download,
  DownloadOptions,
  LookOptions,
  ProtocolHandler,
  Seed,
  TorrentDownload,
} from '../protocol.ts'
import { HttpFile, type OpenedHttpFile } from './http-file.ts'

/** As the engine's largest. */
const MAX_TORRENT_BYTES = 64 * 1024 * 1024

export interface HttpHandlerOptions extends Omit<HttpOptions, 'signal' | 'headers' | 'outsideOnly'> {
  readonly context: TransferContext
  /** Adds the content of a .torrent: what links lead to is not always to be seen by their names. */
  addTorrent(content: Uint8Array, options: DownloadOptions): Promise<TorrentDownload>
}

/** Any file over HTTP(S). */
export class HttpHandler implements ProtocolHandler {
  readonly name = 'HTTP'
  readonly understands = ['the http(s) URL of any file']
  readonly #options: HttpHandlerOptions

  constructor(options: HttpHandlerOptions) {
    this.#options = options
  }

  canHandle(identifier: string): boolean {
    return /^https?:\/\//i.test(identifier)
  }

  async download(identifier: string, options: DownloadOptions): Promise<Download> {
    const { context } = this.#options
    const file = this.#file(identifier, options)
    const signal = options.signal ?? new AbortController().signal
    const { transfer, opened } = await FileTransfer.begin(file, options.directory, context, { signal })
    if (!opened || !isTorrent(opened as OpenedHttpFile)) return transfer
    try {
      const content = await readBody((opened as OpenedHttpFile).answer, MAX_TORRENT_BYTES, signal)
      return await this.#options.addTorrent(content, options)
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
      throw new Failure('bad-argument', 'this is no URL: check how it is written', { field: 'source' })
    const { userAgent, tls, isLocal } = this.#options
    const options = { userAgent, outsideOnly, ...(tls && { tls }), ...(isLocal && { isLocal }) }
    return new HttpFile(new URL(identifier), options)
  }

  async seed(): Promise<Seed> {
    throw new Failure('unsupported', 'HTTP has no way to share files: share them over BitTorrent')
  }
}

function isTorrent({ answer, name }: OpenedHttpFile): boolean {
  const type = answer.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  return type === 'application/x-bittorrent' || /\.torrent$/i.test(name)
}
