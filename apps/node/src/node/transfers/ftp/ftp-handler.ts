import type { SecureContextOptions } from 'node:tls'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { DownloadOptions, FileDownload, FileProtocol } from '../protocol.ts'
import { FtpFile } from './ftp-file.ts'
import { parseFtpUrl } from './ftp-url.ts'

/** Downloads any file over FTP or FTPS. */
export class FtpHandler implements FileProtocol {
  readonly name = 'FTP'
  readonly understands = ['the ftp or ftps URL of any file']
  readonly #context: TransferContext
  readonly #tls: Pick<SecureContextOptions, 'ca'> | undefined

  constructor({ context, tls }: { context: TransferContext; tls?: Pick<SecureContextOptions, 'ca'> }) {
    this.#context = context
    this.#tls = tls
  }

  canHandle(identifier: string): boolean {
    return /^ftp(s|es)?:\/\//i.test(identifier)
  }

  async download(
    identifier: string,
    { directory, signal, outsideOnly = false }: DownloadOptions,
  ): Promise<FileDownload> {
    const file = new FtpFile(parseFtpUrl(identifier), { tls: this.#tls, outsideOnly })
    const { transfer } = await FileTransfer.begin(file, directory, this.#context, {
      signal: signal ?? new AbortController().signal,
    })
    return transfer
  }
}
