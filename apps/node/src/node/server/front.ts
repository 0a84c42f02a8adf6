/**
 * The port of the console and the API. It stays open while the node restarts: connections that
 * arrive in the meantime wait.
 */
import type { Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Connections } from '@shoal/daemon/http'

/** Leaves file descriptors for peers and files, regardless of the number of clients. */
export const MAX_CONNECTIONS = 2000
/**
 * Maximum number of connections from other machines: lower, so that this machine can always
 * connect.
 */
export const MAX_STRANGERS = 1800
/** How long a connection waits for the node. */
const WAIT_MS = 30_000

export interface FrontOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** As for `createServer`. */
  readonly trustedProxies?: readonly string[] | undefined
}

export class Front {
  readonly port: number
  readonly #listeners: readonly Server[]
  /** Connections from which nothing has been read. */
  readonly #waiting = new Set<Socket>()
  readonly #accepted = new WeakSet<Socket>()
  readonly #trustedProxies: readonly string[]
  #http: HttpServer | null = null
  /** Counts waiting connections; the server counts those passed to it. */
  #limits: Connections

  private constructor(listeners: readonly Server[], trustedProxies: readonly string[] = []) {
    this.#listeners = listeners
    this.#trustedProxies = trustedProxies
    this.#limits = this.#newLimits()
    this.port = (listeners[0]!.address() as AddressInfo).port
    for (const listener of listeners) listener.on('connection', (socket: Socket) => this.take(socket))
  }

  /** Listens. Rejects with the system's error. */
  static async open({ host, port, trustedProxies }: FrontOptions): Promise<Front> {
    // RFC 6761, 6.3: the name means both loopback addresses, of which a machine may lack the
    // second.
    const [first, second] = host === 'localhost' ? ['127.0.0.1', '::1'] : [host]
    const listener = await listen(first!, port)
    if (second === undefined) return new Front([listener], trustedProxies)
    const also = await listen(second, (listener.address() as AddressInfo).port).catch(() => null)
    return new Front(also ? [listener, also] : [listener], trustedProxies)
  }

  /** Passes connections to a server, starting with those that wait. */
  serve(http: HttpServer): void {
    this.#http = http
    for (const socket of this.#waiting) pass(socket, http)
    this.#waiting.clear()
  }

  /** Makes new connections wait until `serve` is called, each for half a minute. */
  hold(): void {
    this.#http = null
    this.#limits = this.#newLimits()
  }

  /** Closes waiting connections and stops listening. Connections that were passed on stay open. */
  close(): void {
    for (const listener of this.#listeners) listener.close()
    for (const socket of this.#waiting) socket.destroy()
  }

  /** Returns whether a connection came in at this port. */
  has(socket: Socket): boolean {
    return this.#accepted.has(socket)
  }

  /** Passes on a connection that has arrived, or lets it wait. */
  take(socket: Socket): void {
    this.#accepted.add(socket)
    if (this.#http) return pass(socket, this.#http)
    if (!this.#limits.admit(socket)) return
    this.#waiting.add(socket)
    // A connection that its client closes while waiting is still passed on, and closed by the
    // server.
    socket.on('error', () => {}).once('close', () => this.#waiting.delete(socket))
    setTimeout(() => {
      if (this.#waiting.delete(socket)) socket.destroy()
    }, WAIT_MS).unref()
  }

  #newLimits(): Connections {
    return new Connections({ trustedProxies: this.#trustedProxies, maxStrangers: MAX_STRANGERS })
  }
}

function pass(socket: Socket, http: HttpServer): void {
  http.emit('connection', socket)
  socket.resume()
}

async function listen(host: string, port: number): Promise<Server> {
  // Like `node:http`, but paused: nothing is read until there is a server for it.
  const listener = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true })
  listener.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen({ host, port }, () => {
      listener.off('error', reject)
      resolve()
    })
  })
  // A failing accept (too many open files) is retried by the next connection; it must not end the
  // process.
  listener.on('error', () => {})
  return listener
}
