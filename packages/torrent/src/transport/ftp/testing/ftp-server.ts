import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'

export interface FtpServerOptions {
  /** Content by path. */
  readonly files: Record<string, Buffer>
  readonly password?: string
  /** Ends the data connection after this many bytes, with 426. */
  readonly cutAfter?: number
  /** Commands that are answered with 502. */
  readonly without?: readonly string[]
  /** Replaces its own answers, by command. `null` sends none. */
  readonly answers?: Readonly<Record<string, string | null>>
  /** Address in the answer to PASV. Default: its own. */
  readonly passiveHost?: string
  /** The greeting. */
  readonly greeting?: string
}

/** The part of RFC 959 (with RFC 2428 and 3659) that downloads need, on loopback. */
export class FtpServer implements AsyncDisposable {
  readonly commands: string[] = []
  /** Number of control connections. */
  logins = 0
  readonly options: FtpServerOptions & { files: Record<string, Buffer> }
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #listeners = new Set<Server>()

  private constructor(server: Server, options: FtpServerOptions) {
    this.#server = server
    this.options = options
    server.on('connection', socket => this.#serve(socket))
  }

  static async start(options: FtpServerOptions): Promise<FtpServer> {
    const server = createServer()
    await listen(server)
    return new FtpServer(server, options)
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Ends all connections. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  get open(): number {
    return this.#sockets.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect()
    for (const server of [this.#server, ...this.#listeners])
      await new Promise(resolve => server.close(resolve))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
  }

  #serve(control: Socket): void {
    this.#keep(control)
    this.logins++
    const say = (line: string) => void control.write(`${line}\r\n`)
    const state = { restAt: 0, data: null as Promise<Socket> | null }
    say(this.options.greeting ?? '220 ready')
    let rest = ''
    control.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n')
      rest = lines.pop()!
      for (const line of lines) void this.#answer(line, state, say)
    })
  }

  async #answer(
    line: string,
    state: { restAt: number; data: Promise<Socket> | null },
    say: (line: string) => void,
  ): Promise<void> {
    this.commands.push(line)
    const [, command = '', argument = ''] = /^(\w+) ?(.*)$/.exec(line) ?? []
    const { files, password, without = [], cutAfter = Number.POSITIVE_INFINITY } = this.options
    const content = files[argument]
    if (without.includes(command)) return say('502 not implemented')
    const answer = this.options.answers?.[command]
    if (answer !== undefined) return answer === null ? undefined : say(answer)
    switch (command) {
      case 'USER':
        return say('331 password, please')
      case 'PASS':
        return say(password === undefined || argument === password ? '230 welcome' : '530 no')
      case 'TYPE':
        return say('200 fine')
      case 'SIZE':
        return say(content ? `213 ${content.length}` : '550 no such file')
      case 'MDTM':
        return say(content ? '213 20260102030405' : '550 no such file')
      case 'EPSV': {
        const { port, connection } = await this.#dataPort()
        state.data = connection
        return say(`229 passive (|||${port}|)`)
      }
      case 'PASV': {
        const { port, connection } = await this.#dataPort()
        state.data = connection
        const host = (this.options.passiveHost ?? '127.0.0.1').replaceAll('.', ',')
        return say(`227 passive (${host},${port >> 8},${port & 255})`)
      }
      case 'REST':
        state.restAt = Number(argument)
        return say('350 go on')
      case 'RETR': {
        if (!content) return say('550 no such file')
        say('150 here it comes')
        const body = content.subarray(state.restAt)
        state.restAt = 0
        const isCut = body.length > cutAfter
        const socket = await state.data!
        socket.end(isCut ? body.subarray(0, cutAfter) : body)
        await new Promise(resolve => socket.once('close', resolve))
        // A client that has received enough closes the connection.
        return say(isCut || socket.bytesWritten < body.length || socket.errored ? '426 cut' : '226 done')
      }
      case 'QUIT':
        return say('221 bye')
      default:
        return say('502 not implemented')
    }
  }

  async #dataPort(): Promise<{ port: number; connection: Promise<Socket> }> {
    const listener = createServer()
    this.#listeners.add(listener)
    const connection = new Promise<Socket>(resolve =>
      listener.once('connection', socket => {
        this.#keep(socket)
        listener.close(() => this.#listeners.delete(listener))
        resolve(socket)
      }),
    )
    await listen(listener)
    return { port: (listener.address() as AddressInfo).port, connection }
  }
}

function listen(server: Server): Promise<void> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
}
