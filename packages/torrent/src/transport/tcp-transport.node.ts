/**
 * TCP. A JavaScript engine loses most when each read allocates a buffer and wakes a stream, so
 * sockets read into one static buffer that all connections share (`onread`): libuv asks for the
 * buffer, fills it and calls back without leaving its own read loop. On Windows a read owns its
 * buffer from the time it is started, so each connection has its own.
 */

import { createServer, type NetConnectOpts, Socket } from 'node:net'
import { ShoalError } from '../base/errors.ts'
import { adoptHandle } from './adopt.node.ts'
import { InputShare } from './input-budget.ts'
import { FULL_READ_BYTES, readBuffer } from './read-buffer.node.ts'
import type { ConnectTo, ListenOn } from './route.node.ts'
import type { Connection, ConnectionHandler, Listener, PeerAddress, Transport } from './transport.ts'

/**
 * Time for which a connection that delivers in bulk pauses after a read has emptied its socket.
 * Bytes accumulate in the kernel during that time, and a read of many bytes costs little more than
 * one of few. A block is delayed by at most this time.
 */
const REST_MS = 2
const BULK_BYTES = 8 * 1024
/**
 * Time limit of a graceful close if the peer does not read. Without it, the socket and its queue
 * would stay forever.
 */
const LINGER_MS = 3000

class TcpConnection implements Connection {
  readonly kind = 'tcp'
  readonly isSecure = false
  readonly remote: PeerAddress
  readonly incoming: boolean
  #socket: Socket
  #handler: ConnectionHandler | undefined
  #started = false
  #corked = false
  #paused = false
  #rest: ReturnType<typeof setTimeout> | undefined
  /** Bytes that were read but not passed on yet. Nothing more is read until they are. */
  #held: Uint8Array[] = []
  readonly #share = new InputShare()
  #linger: ReturnType<typeof setTimeout> | undefined
  #closed = false
  #error: Error | undefined

  constructor(socket: Socket, remote: PeerAddress, incoming: boolean) {
    this.#socket = socket
    this.remote = remote
    this.incoming = incoming
    socket.setNoDelay(true)
    socket.on('drain', () => this.#handler?.onDrain())
    socket.on('error', error => {
      this.#error = error
    })
    socket.on('end', () => socket.end())
    socket.on('close', () => this.#onClose())
  }

  get dialableAddress(): PeerAddress {
    return this.incoming ? { host: this.remote.host, port: 0 } : this.remote
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength
  }

  start(handler: ConnectionHandler): void {
    this.#handler = handler
    if (this.#closed) {
      queueMicrotask(() => handler.onClose(this.#error))
      return
    }
    if (this.#started) return
    this.#started = true
    this.#socket.resume()
  }

  /** Receives bytes from the socket. Returns false to stop reading. */
  received(bytes: Uint8Array): boolean {
    if (this.#closed) return false
    // A read that was already in progress when `pause` was called.
    const passed = this.#paused || this.#held.length > 0 ? 0 : this.#pass(bytes)
    if (passed < bytes.length) {
      if (!this.#closed) this.#held.push(bytes.slice(passed))
      if (!this.#paused) this.#share.wait(this.#proceed)
      return false
    }
    if (bytes.length < BULK_BYTES) return true
    if (bytes.length >= FULL_READ_BYTES) {
      if (!this.#share.isUsed) return true
      this.#share.wait(this.#proceed)
      return false
    }
    this.#rest = setTimeout(this.#afterRest, REST_MS)
    return false
  }

  #pass(bytes: Uint8Array): number {
    return this.#share.pass(bytes, this.#deliver)
  }

  readonly #deliver = (bytes: Uint8Array) => {
    this.#handler?.onData(bytes)
    return !this.#paused && !this.#closed
  }

  /** Passes on held bytes, then reads on. */
  readonly #proceed = () => {
    while (this.#held.length > 0) {
      if (this.#paused || this.#closed || this.#share.isWaiting) return
      const bytes = this.#held.shift()!
      const passed = this.#pass(bytes)
      if (passed === bytes.length) continue
      this.#held.unshift(bytes.subarray(passed))
      if (!this.#paused) this.#share.wait(this.#proceed)
    }
    if (!this.#paused && !this.#closed && this.#started) this.#socket.resume()
  }

  readonly #afterRest = () => {
    this.#rest = undefined
    if (!this.#paused && !this.#closed && this.#held.length === 0) this.#socket.resume()
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.#closed) {
      onSent?.()
      return
    }
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      queueMicrotask(this.#uncork)
    }
    this.#socket.write(bytes, onSent)
  }

  #uncork = () => {
    this.#corked = false
    this.#socket.uncork()
  }

  pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    queueMicrotask(this.#proceed)
  }

  close(graceful = false): void {
    if (this.#closed) return
    if (graceful) {
      this.#socket.destroySoon()
      this.#linger ??= setTimeout(() => this.#socket.destroy(), LINGER_MS)
    } else this.#socket.destroy()
  }

  #onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.#held = []
    clearTimeout(this.#rest)
    clearTimeout(this.#linger)
    this.#handler?.onClose(this.#error)
  }
}

/**
 * Wraps a connecting or connected socket's events; `holder` is filled once the connection object
 * exists.
 */
function onread(holder: { connection?: TcpConnection }) {
  const buffer = readBuffer()
  return {
    buffer,
    callback: (length: number) => holder.connection?.received(buffer.subarray(0, length)) ?? false,
  }
}

/** The part of a route that TCP uses. */
interface TcpRoute {
  readonly connect: ConnectTo
  readonly canListen: boolean
  readonly listen: ListenOn | null
}

/** TCP over IPv4 and IPv6. */
export class TcpTransport implements Transport {
  readonly kind = 'tcp'
  readonly #route: TcpRoute | undefined
  #dials = new Set<Socket>()
  #listeners = new Set<Listener>()
  readonly #closing = new AbortController()

  /** Without a route, connections are the system's own. */
  constructor(route?: TcpRoute) {
    this.#route = route
  }

  canDial(address: PeerAddress): boolean {
    return address.port > 0 && (address.kind === undefined || address.kind === 'tcp')
  }

  dial(address: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    return this.#route ? this.#dialOn(this.#route, address, signal) : this.#dialDirect(address, signal)
  }

  async #dialOn({ connect }: TcpRoute, address: PeerAddress, signal: AbortSignal): Promise<Connection> {
    const closing = AbortSignal.any([signal, this.#closing.signal])
    const connected = await connect({ host: address.host, port: address.port }, { signal: closing })
    const holder: { connection?: TcpConnection } = {}
    const connection = new TcpConnection(adopt(connected, holder), address, false)
    holder.connection = connection
    // BEP 3: the side that connects speaks first.
    if (connected.readableLength > 0) {
      connection.close()
      throw new ShoalError('bad-message', `${address.host} port ${address.port} does not speak BitTorrent`)
    }
    return connection
  }

  #dialDirect(address: PeerAddress, signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const holder: { connection?: TcpConnection } = {}
      const socket = new Socket({ onread: onread(holder), writableHighWaterMark: 1 } as object)
      this.#dials.add(socket)
      const settle = (finish: () => void) => {
        this.#dials.delete(socket)
        signal.removeEventListener('abort', abort)
        socket.off('error', fail)
        socket.off('close', closed)
        finish()
      }
      const fail = (error: NodeJS.ErrnoException) =>
        settle(() => {
          // The closing socket may report another error, which is ignored.
          socket.on('error', () => {})
          socket.destroy()
          reject(dialError(error, address))
        })
      const closed = () => settle(() => reject(new ShoalError('closed', 'the transport was closed')))
      const abort = () =>
        settle(() => {
          socket.on('error', () => {})
          socket.destroy()
          reject(signal.reason)
        })
      signal.addEventListener('abort', abort, { once: true })
      socket.once('error', fail)
      socket.once('close', closed)
      socket.connect({ host: address.host, port: address.port } as NetConnectOpts & { port: number }, () =>
        settle(() => {
          // Reading waits for `start`, because there is no handler before.
          socket.pause()
          holder.connection = new TcpConnection(socket, address, false)
          resolve(holder.connection)
        }),
      )
    })
  }

  listen(
    { host, port }: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    if (this.#route && !this.#route.canListen)
      return Promise.reject(new ShoalError('unsupported', 'the proxy is strict and lets nobody in'))
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true, noDelay: true }, accepted => {
        const { remoteAddress, remotePort } = accepted
        if (remoteAddress === undefined || remotePort === undefined) return accepted.destroy()
        const holder: { connection?: TcpConnection } = {}
        const socket = adopt(accepted, holder)
        const address: PeerAddress = { host: unmapped(remoteAddress), port: remotePort }
        const connection = new TcpConnection(socket, address, true)
        holder.connection = connection
        onConnection(connection)
      })
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)))
      let forget = () => {}
      const listening = () => {
        server.removeAllListeners('error')
        // A failing accept (too many open files) is retried by the next connection; it must not end
        // the process.
        server.on('error', () => {})
        const listener: Listener = {
          port: (server.address() as { port: number }).port,
          close: () => {
            this.#listeners.delete(listener)
            forget()
            // It stops listening at once. Its own `close` event would wait for the remaining
            // connections.
            server.close()
            return new Promise(done => setImmediate(done))
          },
        }
        this.#listeners.add(listener)
        resolve(listener)
      }
      const listenOn = this.#route?.listen
      if (!listenOn) return void server.listen({ port, ...(host === undefined ? {} : { host }) }, listening)
      listenOn(server, { host, port }).then(
        ended => {
          forget = ended
          listening()
        },
        error => reject(listenError(error as NodeJS.ErrnoException, port)),
      )
    })
  }

  async close(): Promise<void> {
    this.#closing.abort(new ShoalError('closed', 'the transport was closed'))
    for (const socket of this.#dials) socket.destroy()
    await Promise.all([...this.#listeners].map(listener => listener.close()))
  }
}

/**
 * `net.Server` has no option to read into our buffer, so the handle of an accepted socket moves to
 * a new socket. If the handle is ever hidden, the stream's own reads are used instead, which are
 * slower.
 */
function adopt(accepted: Socket, holder: { connection?: TcpConnection }): Socket {
  const adopted = adoptHandle(accepted, { onread: onread(holder), writableHighWaterMark: 1 })
  if (adopted) return adopted
  accepted.on('data', bytes => {
    if (!holder.connection?.received(bytes as Uint8Array)) accepted.pause()
  })
  accepted.pause()
  return accepted
}

/** Converts an IPv4-mapped address of a dual-stack socket to IPv4. */
function unmapped(host: string): string {
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : host
}

function dialError(error: NodeJS.ErrnoException, { host, port }: PeerAddress): ShoalError {
  const code =
    error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'
      ? 'refused'
      : error.code === 'ETIMEDOUT'
        ? 'timeout'
        : 'unreachable'
  return new ShoalError(code, `cannot connect to ${host} port ${port}: ${error.code ?? error.message}`, {
    cause: error,
  })
}

function listenError(error: NodeJS.ErrnoException, port: number): ShoalError {
  if (error.code === 'EADDRINUSE')
    return new ShoalError('refused', `TCP port ${port} is taken: choose another, or 0 for a free one`)
  return new ShoalError('refused', `cannot accept connections on port ${port}: ${error.message}`, {
    cause: error,
  })
}
