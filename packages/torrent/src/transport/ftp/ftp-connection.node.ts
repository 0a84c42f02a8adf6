import type { Socket } from 'node:net'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { RangeFailure } from '../http/http-ranges.ts'
import { type FtpReply, passivePort, ReplyReader } from './ftp-reply.ts'

/** For each reply that does not wait for data. */
const REPLY_MS = 30_000
/** An idle connection is closed before most servers do so. */
const IDLE_MS = 60_000
/** Replies that nobody waits for: more is a flood. */
const MAX_UNREAD = 8
/** RFC 959, 4.2.1: the command is not known, or not with these parameters. */
const UNKNOWN_COMMAND = new Set([500, 501, 502, 503, 504, 522])
/** File names whose size was compared. */
const MAX_CHECKED = 10_000

export interface FtpLogin {
  readonly user: string
  readonly password: string
}

/** Opens a connection to a port of the server, always of the same host. */
export type ConnectToPort = (port: number, signal: AbortSignal) => Promise<Socket>

/** A file that arrives. */
export interface FtpTransfer {
  readonly data: Socket
  /** Bytes before the requested ones, because the server cannot start later. */
  readonly skippedBytes: number
}

/** A control connection to an FTP server, with a user who is logged in (RFC 959, 5.4). One file at a time. */
export class FtpConnection {
  /** Whether it has carried a file: the server may close it at any time now. */
  used = false
  isBusy = false
  readonly #control: Socket
  readonly #connect: ConnectToPort
  readonly #reader = new ReplyReader()
  readonly #unread: FtpReply[] = []
  /** Settles the reply that is waited for. */
  #waiting: { resolve(reply: FtpReply): void; reject(error: unknown): void } | null = null
  #error: unknown = null
  #isExtended = true
  /** Resolves when the last transfer is over for the server, too. */
  #settled: Promise<unknown> = Promise.resolve()
  readonly #checked = new Set<string>()

  private constructor(control: Socket, connect: ConnectToPort) {
    this.#control = control
    this.#connect = connect
    control.setNoDelay(true)
    control.setTimeout(IDLE_MS, () => this.#end(new ShoalError('timeout', 'the FTP server is silent')))
    control.on('error', error => this.#end(error))
    control.on('close', () =>
      this.#end(new ShoalError('unreachable', 'the FTP server closed the connection')),
    )
    control.on('data', bytes => this.#received(bytes))
  }

  /** Connects and logs in. Rejects with a RangeFailure if the server refuses, or as `connect` does. */
  static async open(
    port: number,
    login: FtpLogin,
    connect: ConnectToPort,
    signal: AbortSignal,
  ): Promise<FtpConnection> {
    const connection = new FtpConnection(await connect(port, signal), connect)
    const stop = () => connection.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await connection.#logIn(login)
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

  /**
   * Begins to read a file at a byte. `fileBytes`: the size that it must have. Call `finish` when enough of it has arrived. Rejects with a
   * RangeFailure if the server refuses it.
   */
  async retrieve(
    path: string,
    { start, fileBytes, maxSkippedBytes }: { start: number; fileBytes: number; maxSkippedBytes: number },
    signal: AbortSignal,
  ): Promise<FtpTransfer> {
    await this.#settled
    await this.#checkSize(path, fileBytes)
    const port = await this.#passivePort()
    const data = await this.#connect(port, signal)
    data.on('error', () => {})
    data.pause()
    try {
      const isRestarted = start === 0 || (await this.#restart(start, maxSkippedBytes))
      const reply = await this.#ask(`RETR ${path}`)
      if (reply.code >= 200) throw refusal(reply)
      this.#control.setTimeout(0)
      return { data, skippedBytes: isRestarted ? 0 : start }
    } catch (error) {
      data.destroy()
      throw error
    }
  }

  /** Ends the transfer. The server confirms, or says that it was interrupted (RFC 959, 5.4: 226, 250, 426, 451 …), before it is used again. */
  finish({ data }: FtpTransfer): void {
    data.destroy()
    this.used = true
    this.isBusy = false
    this.#control.setTimeout(IDLE_MS)
    this.#settled = this.#reply().catch(() => {})
  }

  async #logIn({ user, password }: FtpLogin): Promise<void> {
    let greeting = await this.#reply()
    while (greeting.code === 120) greeting = await this.#reply()
    if (greeting.code !== 220) throw refusal(greeting)
    let reply = await this.#ask(`USER ${user}`)
    if (reply.code === 331) reply = await this.#ask(`PASS ${password}`)
    if (reply.code >= 500 || reply.code === 331 || reply.code === 332)
      throw new RangeFailure('server-gone', `the login at it failed (FTP ${reply.code})`)
    if (reply.code >= 300) throw refusal(reply)
    // RFC 959, 3.1.1.3: bytes as they are.
    const type = await this.#ask('TYPE I')
    if (type.code !== 200) throw refusal(type)
  }

  /** RFC 3659, 4. Servers that do not know the command are trusted: pieces are verified. */
  async #checkSize(path: string, fileBytes: number): Promise<void> {
    if (this.#checked.has(path)) return
    const { code, text } = await this.#ask(`SIZE ${path}`)
    const size = code === 213 && /^\d{1,15}\s*$/.test(text) ? Number(text) : null
    if (size !== null && size !== fileBytes)
      throw new RangeFailure(
        'file-gone',
        `it has another file of that name: of ${size} bytes, the torrent's has ${fileBytes}`,
      )
    if (this.#checked.size >= MAX_CHECKED) this.#checked.clear()
    this.#checked.add(path)
  }

  async #passivePort(): Promise<number> {
    let reply = this.#isExtended ? await this.#ask('EPSV') : null
    if (!reply || UNKNOWN_COMMAND.has(reply.code)) {
      this.#isExtended = false
      reply = await this.#ask('PASV')
    }
    const port = passivePort(reply)
    if (port !== null) return port
    if (reply.code >= 400) throw refusal(reply)
    throw new RangeFailure('server-gone', 'it names no port from which files could be read')
  }

  /** RFC 3659, 5. Returns false if the file must be read from its start. */
  async #restart(start: number, maxSkippedBytes: number): Promise<boolean> {
    const { code } = await this.#ask(`REST ${start}`)
    if (code === 350) return true
    if (start <= maxSkippedBytes) return false
    throw new RangeFailure('file-gone', 'it sends files only from their start (it does not know REST)')
  }

  /** Sends a command and waits for its reply. */
  #ask(command: string): Promise<FtpReply> {
    if (this.#error === null) {
      // Replies that came unasked belong to no command.
      this.#unread.length = 0
      this.#control.write(`${command}\r\n`)
    }
    return this.#reply()
  }

  async #reply(): Promise<FtpReply> {
    const timer = setTimeout(() => this.#end(new ShoalError('timeout', 'the FTP server is silent')), REPLY_MS)
    try {
      const reply = await new Promise<FtpReply>((resolve, reject) => {
        const known = this.#unread.shift()
        if (known) resolve(known)
        else if (this.#error !== null) reject(this.#error)
        else this.#waiting = { resolve, reject }
      })
      // RFC 959: the service is not available, and the connection ends.
      if (reply.code === 421) throw refusal(reply)
      return reply
    } finally {
      clearTimeout(timer)
    }
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

/** RFC 959, 4.2: 4xx may work later, 5xx does not. */
function refusal({ code }: FtpReply): RangeFailure {
  if (code === 550 || code === 553 || code === 450)
    return new RangeFailure('file-later', `it does not give the file (FTP ${code})`)
  if (code === 530) return new RangeFailure('server-gone', 'it wants a login (FTP 530)')
  return new RangeFailure('server-later', `it answers ${code} (FTP)`)
}

/** Any error as a failure of a range. */
export function asFtpFailure(error: unknown): RangeFailure {
  if (error instanceof RangeFailure) return error
  return new RangeFailure('server-later', messageOf(error), { cause: error })
}
