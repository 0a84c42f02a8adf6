import type { Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { isLocalAddress } from '@shoal/torrent'
import { passivePort } from '@shoal/torrent/ftp-reply'
import type { Route } from '@shoal/torrent/route'
import { Client, type FTPContext, FTPError, type FTPResponse } from 'basic-ftp'
import { intoLocalNetwork } from '../../kernel/http/outside-lookup.ts'

export interface RoutedFtpOptions {
  readonly route: Route
  readonly timeoutMs: number
  /** Aborts connections being made. */
  readonly signal: AbortSignal
  /** As in DownloadOptions. */
  readonly outsideOnly: boolean
}

/** An FTP client whose two connections are made by a route: a proxy, or one network interface. */
export class RoutedFtpClient extends Client {
  readonly #options: RoutedFtpOptions
  /** The server's address; its name if a proxy looks it up. */
  #address = ''

  constructor(options: RoutedFtpOptions) {
    super(options.timeoutMs)
    this.#options = options
    this.prepareTransfer = ftp => this.#openData(ftp)
  }

  override async connect(host = '', port = 21): Promise<FTPResponse> {
    const socket = await this.#openControl(host, port)
    this.ftp.reset()
    this.ftp.socket = socket
    return this.#welcome()
  }

  override async connectImplicitTLS(
    host = '',
    port = 990,
    tlsOptions: ConnectionOptions = {},
  ): Promise<FTPResponse> {
    const socket = await this.#openControl(host, port)
    this.ftp.reset()
    const options = { ...tlsOptions, host }
    this.ftp.socket = connectTls({ ...options, socket })
    // Last, because a new socket resets them.
    this.ftp.tlsOptions = options
    return this.#welcome()
  }

  async #openControl(host: string, port: number): Promise<Socket> {
    const { route, signal, outsideOnly } = this.#options
    const [found] = await route.resolveHost(host, { signal })
    this.#address = found!.host
    if (outsideOnly && isLocalAddress(this.#address)) throw intoLocalNetwork(host)
    return route.connect({ host: this.#address, port }, { signal })
  }

  #welcome(): Promise<FTPResponse> {
    return this.ftp.handle(undefined, (response, task) => {
      if (response instanceof Error) task.reject(response)
      else if (response.code >= 200 && response.code < 300) task.resolve(response)
      else task.reject(new FTPError(response))
    })
  }

  /** RFC 2428, RFC 959: passive mode. The server names a port; only its own address is connected to. */
  async #openData(ftp: FTPContext): Promise<FTPResponse> {
    const response = await ftp.request('EPSV').catch(error => {
      if (error instanceof FTPError && error.code >= 500) return ftp.request('PASV')
      throw error
    })
    const port = passivePort({ code: response.code, text: response.message })
    if (!port) throw new Error(`can't parse ${response.message}`)
    const { route, signal } = this.#options
    const socket = await route.connect({ host: this.#address, port }, { signal })
    const session = ftp.tlsSessionStore
    ftp.dataSocket = this.#isSecure
      ? connectTls({ ...ftp.tlsOptions, socket, ...(session && { session }) })
      : socket
    return response
  }

  get #isSecure(): boolean {
    return 'encrypted' in this.ftp.socket
  }
}
