/** A TCP proxy on loopback whose network can be cut. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Bytes that went through a gate. */
export interface Passed {
  /** Number of the connection, from 0. */
  readonly connection: number
  readonly isFromClient: boolean
  readonly bytes: Buffer
}

export class Gate implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #connections = 0
  /** Receives all traffic. */
  listener: ((passed: Passed) => void) | null = null
  /** Loopback address from which it connects. */
  address = '127.0.0.1'

  private constructor(server: Server) {
    this.#server = server
  }

  /** Opens a gate that alternates between ports of this machine. */
  static async to(...ports: readonly number[]): Promise<Gate> {
    let turn = 0
    const server = createServer({ pauseOnConnect: true }, inner =>
      gate.#join(
        inner,
        connect({
          ...{ port: ports[turn++ % ports.length]!, host: '127.0.0.1', localAddress: gate.address },
        }),
      ),
    )
    const gate = new Gate(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Blocks all traffic without closing connections. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** Delivers the blocked bytes. `breaks`: the connections are closed instead. */
  heal(breaks: boolean): void {
    this.#isCut = false
    for (const socket of this.#sockets) {
      if (breaks) socket.destroy()
      else socket.resume()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(inner: Socket, outer: Socket): void {
    const connection = this.#connections++
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', bytes => {
        this.listener?.({ connection, isFromClient: from === inner, bytes })
        to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isCut) from.pause()
      else from.resume()
    }
  }
}
