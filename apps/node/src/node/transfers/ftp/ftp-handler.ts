import type { SecureContextOptions } from 'node:tls'
import type { Route } from '@shoal/torrent/route'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { DownloadOptions, FileDownload, FileProtocol } from '../protocol.ts'
import { FtpFile } from './ftp-file.ts'
import { parseFtpUrl } from './ftp-url.ts'

interface FtpHandlerOptions {
  readonly context: TransferContext
  readonly tls?: Pick<SecureContextOptions, 'ca'>
  readonly route?: Route | null
}

/** Downloads any file over FTP or FTPS. */
export class FtpHandler implements FileProtocol {
  readonly name = 'FTP'
  readonly understands = ['the ftp or ftps URL of any file']
  readonly #context: TransferContext
  readonly #tls: Pick<SecureContextOptions, 'ca'> | undefined
  readonly #route: Route | null

  constructor({ context, tls, route = null }: FtpHandlerOptions) {
    this.#context = context
    this.#route = route
    this.#tls = tls
  }

  canHandle(identifier: string): boolean {
    return /^ftp(s|es)?:\/\//i.test(identifier)
  }

  async download(
    identifier: string,
    { directory, signal, outsideOnly = false }: DownloadOptions,
  ): Promise<FileDownload> {
    const file = new FtpFile(parseFtpUrl(identifier), { tls: this.#tls, outsideOnly, route: this.#route })
    const { transfer } = await FileTransfer.begin(file, directory, this.#context, {
      signal: signal ?? new AbortController().signal,
    })
    return transfer
  }
}
