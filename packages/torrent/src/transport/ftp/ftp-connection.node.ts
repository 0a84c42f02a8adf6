import type { Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { ShoalError } from '../../base/errors.ts'
import { type FtpReply, passivePort, ReplyReader } from './ftp-reply.ts'

export { connectDirectly } from '../connect-directly.node.ts'

/** Time limit for each reply that does not wait for data. */
const REPLY_MS = 30_000
/** An idle connection is closed before most servers do so. */
const IDLE_MS = 60_000
/** Maximum number of unexpected replies: more is a flood. */
const MAX_UNREAD = 8
/** RFC 959, 4.2.1: the command is not known, or not with these parameters. */
const UNKNOWN_COMMAND = new Set([500, 501, 502, 503, 504, 522])
export interface FtpLogin {
  readonly user: string
  readonly password: string
}

/** Opens a connection to a port of the server, always of the same host. */
export type ConnectToPort = (port: number, signal: AbortSignal) => Promise<Socket>

export interface FtpPlace {
  readonly port: number
  readonly login: FtpLogin
  /** `explicit`: AUTH TLS (RFC 4217). `implicit`: TLS from the first byte. */
  readonly tls?: 'none' | 'explicit' | 'implicit'
  readonly tlsOptions?: ConnectionOptions
}

/** A file that is being received. */
export interface FtpTransfer {
  readonly data: Socket
  /** Whether it starts from its first byte, because the server cannot start later. */
  readonly isWhole: boolean
}

/** The server refuses (RFC 959, 4.2: 4xx may work later, 5xx does not). */
export class FtpRefusal extends ShoalError {
  readonly ftpCode: number
  readonly isOfLogin: boolean

  constructor({ code }: FtpReply, isOfLogin = false) {
    super('refused', `it answers ${code} (FTP)`)
    this.ftpCode = code
    this.isOfLogin = isOfLogin
  }
}

/** A logged-in control connection to an FTP server (RFC 959, 5.4). Reads one file at a time. */
export class FtpConnection {
  /** Whether it has carried a file: the server may close it at any time now. */
  used = false
  isBusy = false
  #control: Socket
  readonly #connect: ConnectToPort
  /** Null without TLS. */
  #tls: ConnectionOptions | null = null
  #reader = new ReplyReader()
  readonly #unread: FtpReply[] = []
  /** Settles the pending reply. */
  #waiting: { resolve(reply: FtpReply): void; reject(error: unknown): void } | null = null
  #error: unknown = null
  #isExtended = true
  /** Resolves when the server also considers the last transfer finished. */
  #settled: Promise<unknown> = Promise.resolve()

  private constructor(control: Socket, connect: ConnectToPort) {
    this.#control = control
    this.#connect = connect
    control.setNoDelay(true)
    this.#listen(control)
  }

  #listen(control: Socket): void {
    control.setTimeout(IDLE_MS, () => this.#end(new ShoalError('timeout', 'the FTP server is silent')))
    control.on('error', error => this.#end(error))
    control.on('close', () =>
      this.#end(new ShoalError('unreachable', 'the FTP server closed the connection')),
    )
    control.on('data', bytes => this.#received(bytes))
  }

  /** Connects and logs in. Rejects with an FtpRefusal, or as `connect` does. */
  static async open(place: FtpPlace, connect: ConnectToPort, signal: AbortSignal): Promise<FtpConnection> {
    const connection = new FtpConnection(await connect(place.port, signal), connect)
    const stop = () => connection.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await connection.#logIn(place)
      return connection
    } catch (error) {
      connection.close()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  get isClosed(): boolean {
    return this.#error !== null
  }

  close(): void {
    this.#end(new ShoalError('closed', 'the connection was closed'))
  }

  /** RFC 3659, 4. Null if the server does not report it. */
  async size(path: string): Promise<number | null> {
    await this.#settled
    const { code, text } = await this.#ask(`SIZE ${path}`)
    return code === 213 && /^\d{1,15}\s*$/.test(text) ? Number(text) : null
  }

  /**
   * RFC 3659, 3: modification time of the file, as an ISO date. Null if the server does not report
   * it.
   */
  async modified(path: string): Promise<string | null> {
    const { code, text } = await this.#ask(`MDTM ${path}`)
    const date = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*$/s, '$1-$2-$3T$4:$5:$6.000Z')
    return code === 213 && !Number.isNaN(Date.parse(date)) ? date : null
  }

  /** Starts to read a file at a byte, or at its start if the server cannot. */
  async retrieve(path: string, start: number, signal: AbortSignal): Promise<FtpTransfer> {
    await this.#settled
    const port = await this.#passivePort()
    const data = this.#secured(await this.#connect(port, signal))
    data.on('error', () => {})
    data.pause()
    try {
      // RFC 3659, 5.
      const isWhole = start === 0 || (await this.#ask(`REST ${start}`)).code !== 350
      const reply = await this.#ask(`RETR ${path}`)
      if (reply.code >= 200) throw new FtpRefusal(reply)
      this.#control.setTimeout(0)
      return { data, isWhole }
    } catch (error) {
      data.destroy()
      throw error
    }
  }

  /**
   * Ends the transfer. The server confirms, or says that it was interrupted (RFC 959, 5.4: 226,
   * 250, 426, 451 …), before it is used again.
   */
  finish({ data }: FtpTransfer): void {
    data.destroy()
    this.used = true
    this.isBusy = false
    this.#control.setTimeout(IDLE_MS)
    this.#settled = this.#reply().catch(() => {})
  }

  /**
   * Resolves when the server confirms that all of the file was sent. Rejects with an FtpRefusal if
   * it was not.
   */
  async ended(): Promise<void> {
    const reply = await this.#reply()
    if (reply.code >= 300) throw new FtpRefusal(reply)
  }

  async #logIn({ login: { user, password }, tls = 'none', tlsOptions = {} }: FtpPlace): Promise<void> {
    if (tls === 'implicit') await this.#secure(tlsOptions)
    let greeting = await this.#reply()
    while (greeting.code === 120) greeting = await this.#reply()
    if (greeting.code !== 220) throw new FtpRefusal(greeting)
    if (tls === 'explicit') {
      const reply = await this.#ask('AUTH TLS')
      if (reply.code !== 234) throw new FtpRefusal(reply)
      await this.#secure(tlsOptions)
    }
    let reply = await this.#ask(`USER ${user}`)
    if (reply.code === 331) reply = await this.#ask(`PASS ${password}`)
    if (reply.code >= 300) throw new FtpRefusal(reply, true)
    // RFC 2640: names are in UTF-8. Most servers expect that anyway.
    await this.#ask('OPTS UTF8 ON')
    // RFC 959, 3.1.1.3: unmodified bytes.
    const type = await this.#ask('TYPE I')
    if (type.code !== 200) throw new FtpRefusal(type)
    // RFC 4217, 8: encrypts data, too.
    if (this.#tls) for (const command of ['PBSZ 0', 'PROT P']) await this.#ask(command)
  }

  async #secure(options: ConnectionOptions): Promise<void> {
    const plain = this.#control
    for (const event of ['timeout', 'error', 'close', 'data']) plain.removeAllListeners(event)
    plain.on('error', () => {}).setTimeout(0)
    const control = connectTls({ ...options, socket: plain })
    this.#control = control
    this.#listen(control)
    // Bytes that arrived before TLS may have been injected.
    this.#reader = new ReplyReader()
    this.#unread.length = 0
    this.#tls = options
    // Servers expect the same TLS session on data connections.
    control.on('session', session => {
      this.#tls = { ...options, session }
    })
    await this.#waitFor<void>((resolve, reject) => {
      if (this.#error !== null) return reject(this.#error)
      this.#waiting = { resolve: () => {}, reject }
      control.once('secureConnect', () => {
        this.#waiting = null
        resolve()
      })
    })
  }

  #secured(socket: Socket): Socket {
    return this.#tls ? connectTls({ ...this.#tls, socket }) : socket
  }

  async #passivePort(): Promise<number> {
    let reply = this.#isExtended ? await this.#ask('EPSV') : null
    if (!reply || UNKNOWN_COMMAND.has(reply.code)) {
      this.#isExtended = false
      reply = await this.#ask('PASV')
    }
    const port = passivePort(reply)
    if (port !== null) return port
    if (reply.code >= 400) throw new FtpRefusal(reply)
    throw new ShoalError('unsupported', 'it names no port from which files could be read')
  }

  /** Sends a command and waits for its reply. */
  #ask(command: string): Promise<FtpReply> {
    if (this.#error === null) {
      // Unsolicited replies belong to no command.
      this.#unread.length = 0
      this.#control.write(`${command}\r\n`)
    }
    return this.#reply()
  }

  async #reply(): Promise<FtpReply> {
    const reply = await this.#waitFor<FtpReply>((resolve, reject) => {
      const known = this.#unread.shift()
      if (known) resolve(known)
      else if (this.#error !== null) reject(this.#error)
      else this.#waiting = { resolve, reject }
    })
    // RFC 959: the service is not available, and the connection ends.
    if (reply.code === 421) throw new FtpRefusal(reply)
    return reply
  }

  async #waitFor<T>(
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    const timer = setTimeout(() => this.#end(new ShoalError('timeout', 'the FTP server is silent')), REPLY_MS)
    return new Promise(begin).finally(() => clearTimeout(timer))
  }

  #received(bytes: Uint8Array): void {
    try {
      for (const reply of this.#reader.push(bytes)) {
        const waiting = this.#waiting
        this.#waiting = null
        if (waiting) waiting.resolve(reply)
        else if (this.#unread.push(reply) > MAX_UNREAD)
          throw new ShoalError('bad-message', 'the FTP server answers what it was not asked')
      }
    } catch (error) {
      this.#unread.length = 0
      this.#end(error)
    }
  }

  #end(error: unknown): void {
    if (this.#error !== null) return
    this.#error = error ?? new ShoalError('unreachable', 'the connection failed')
    this.#control.destroy()
    this.#waiting?.reject(this.#error)
    this.#waiting = null
  }
}
