import type { SecureContextOptions } from 'node:tls'
import { Failure } from '../../../base/failure.ts'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { Download, DownloadOptions, ProtocolHandler, Seed } from '../protocol.ts'
import { FtpFile } from './ftp-file.ts'
import { parseFtpUrl } from './ftp-url.ts'

/** Any file over FTP or FTPS. */
export class FtpHandler implements ProtocolHandler {
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
  ): Promise<Download> {
    const file = new FtpFile(parseFtpUrl(identifier), { tls: this.#tls, outsideOnly })
    const { transfer } = await FileTransfer.begin(file, directory, this.#context, {
      signal: signal ?? new AbortController().signal,
    })
    return transfer
  }

  async seed(): Promise<Seed> {
    throw new Failure('unsupported', 'FTP has no way to share files from here: share them over BitTorrent')
  }
}
