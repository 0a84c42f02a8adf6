import type { Socket } from 'node:net'
import { withTimeLimit } from '../../base/abort.ts'
import type { Clock } from '../../base/clock.ts'
import { type ErrorCode, messageOf, ShoalError } from '../../base/errors.ts'
import { formatHostPort } from '../../base/ip.ts'
import { connectDirectly } from '../connect-directly.node.ts'
import { HeadReader } from '../http/response-head.ts'
import { ByteReader } from './byte-reader.node.ts'
import { type ProxyServer, proxyLabel } from './proxy-url.ts'
import {
  COMMAND,
  encodeCredentials,
  encodeGreeting,
  encodeRequest,
  METHOD,
  notSocks,
  readReply,
  type Target,
} from './socks.ts'

/** Short, since the proxy is near compared with the hosts behind it. */
const PROXY_LIMIT_MS = 10_000
/** Connecting to the host takes place at the proxy; Tor may take this long. */
const HOST_LIMIT_MS = 30_000

/**
 * Opens a TCP connection to an IP address, or to a name if the system should resolve it. Rejects
 * with the system's error or the signal's reason.
 */
export type OpenSocketTo = (target: Target, options: { signal: AbortSignal }) => Promise<Socket>

/**
 * The proxy itself failed: it cannot be reached, refuses our credentials or does not speak its
 * protocol. Until that is fixed, no host can be reached.
 */
export class ProxyFailure extends ShoalError {
  constructor(code: ErrorCode, server: ProxyServer, why: string, options?: ErrorOptions) {
    super(code, `the proxy ${proxyLabel(server)} does not work: ${why}`, options)
    this.name = 'ProxyFailure'
  }
}

/** A connection to the proxy that may be used for one request. */
export interface ProxyConnection {
  readonly socket: Socket
  readonly reader: ByteReader
}

export interface ProxyClientOptions {
  readonly server: ProxyServer
  readonly clock: Clock
  /** Opens the connection to the proxy. Default: the system's. */
  readonly open?: OpenSocketTo
  /** Called with null when the proxy turns out to work, or with the reason when it does not. */
  readonly onState?: (problem: string | null) => void
}

/** Opens connections through one proxy. */
export class ProxyClient {
  readonly server: ProxyServer
  /** Whether the proxy relays datagrams. Assumed for a SOCKS5 proxy until it refuses. */
  relaysUdp: boolean
  readonly #clock: Clock
  readonly #open: OpenSocketTo
  readonly #onState: (problem: string | null) => void

  constructor({ server, clock, open = connectDirectly, onState = () => {} }: ProxyClientOptions) {
    this.server = server
    this.relaysUdp = server.kind === 'socks5'
    this.#onState = onState
    this.#clock = clock
    this.#open = open
  }

  /**
   * Opens a connection to the host through the proxy. The socket is paused, and no bytes of the
   * host have been read. Rejects with a ProxyFailure, with a ShoalError about the host (`refused`,
   * `unreachable`, `timeout`), or with the signal's reason.
   */
  async connect(target: Target, signal: AbortSignal): Promise<Socket> {
    const connection = await this.greet(signal)
    const { socket, reader } = connection
    await this.#ask(connection, signal, async () => {
      if (this.server.kind === 'http') return this.#requestTunnel(connection, target)
      socket.write(encodeRequest(COMMAND.connect, target))
      await readReply(count => reader.read(count), target)
    })
    reader.release()
    return socket
  }

  /**
   * RFC 1928, 4: requests a datagram relay, which exists as long as the connection. Zeros mean
   * that our sending address is unknown. Rejects as `connect` does; `unsupported` if the proxy has
   * no relay.
   */
  async associate(signal: AbortSignal): Promise<{ socket: Socket; port: number }> {
    if (this.server.kind === 'http')
      throw new ShoalError('unsupported', 'an HTTP proxy carries no datagrams: use a SOCKS5 proxy for UDP')
    const connection = await this.greet(signal)
    const { socket, reader } = connection
    const unspecified = { host: '0.0.0.0', port: 0 }
    const bound = await this.#ask(connection, signal, () => {
      socket.write(encodeRequest(COMMAND.udpAssociate, unspecified))
      return readReply(count => reader.read(count), unspecified).catch(error => {
        if (!(error instanceof ShoalError) || error.code === 'bad-message') throw error
        this.relaysUdp = false
        throw new ShoalError('unsupported', 'the proxy carries no datagrams (UDP ASSOCIATE)', {
          cause: error,
        })
      })
    })
    reader.release()
    if (bound.port === 0) {
      socket.destroy()
      throw this.#failure(notSocks())
    }
    this.relaysUdp = true
    // Most proxies return 0.0.0.0 or their own address here. Any other would be a host that the
    // proxy makes us send to.
    return { socket, port: bound.port }
  }

  /**
   * Opens a connection to the proxy and authenticates. Rejects with a ProxyFailure or the signal's
   * reason.
   */
  async greet(signal: AbortSignal): Promise<ProxyConnection> {
    const { host, port } = this.server
    const late = () => this.#failure(new ShoalError('timeout', 'it does not answer'))
    return withTimeLimit(this.#clock, PROXY_LIMIT_MS, signal, late, async limited => {
      try {
        const socket = await this.#open({ host, port }, { signal: limited })
        socket.setNoDelay(true)
        const connection = { socket, reader: new ByteReader(socket) }
        await whileOpen(socket, limited, () => this.#authenticate(connection))
        // An HTTP proxy only later reports whether it requires other credentials.
        if (this.server.kind === 'socks5') this.#onState(null)
        return connection
      } catch (error) {
        limited.throwIfAborted()
        throw this.#failure(error)
      }
    })
  }

  /** Tests whether the proxy works, and reports the result. Never rejects. */
  async probe(signal: AbortSignal): Promise<void> {
    try {
      // An HTTP proxy has no other way to confirm that it works. No host is contacted.
      const { socket } =
        this.server.kind === 'http' ? await this.#probeHttp(signal) : await this.greet(signal)
      socket.destroy()
    } catch {
      // Already reported.
    }
  }

  async #probeHttp(signal: AbortSignal): Promise<ProxyConnection> {
    const connection = await this.greet(signal)
    await this.#ask(connection, signal, () => this.#requestTunnel(connection, { host: '0.0.0.0', port: 9 }))
    return connection
  }

  /** RFC 1928, 3 and RFC 1929. An HTTP proxy takes credentials with each request. */
  async #authenticate({ socket, reader }: ProxyConnection): Promise<void> {
    const { kind, user, password } = this.server
    if (kind === 'http') return
    socket.write(encodeGreeting(user !== ''))
    const [version, method] = await reader.read(2)
    if (version !== 5) throw notSocks()
    if (method === METHOD.refused && user === '')
      throw new ShoalError('refused', 'it wants a user name and a password')
    if (method === METHOD.refused) throw new ShoalError('refused', 'it accepts no user name and password')
    if (method === METHOD.none) return
    if (method !== METHOD.password || user === '') throw notSocks()
    socket.write(encodeCredentials(user, password))
    // RFC 1929, 2: the version of this answer is 1, but some servers say 5.
    const [, status] = await reader.read(2)
    if (status !== 0) throw new ShoalError('refused', 'it refuses the user name and password')
  }

  /** RFC 9110, 9.3.6 and RFC 7617. */
  async #requestTunnel({ socket, reader }: ProxyConnection, target: Target): Promise<void> {
    const { user, password } = this.server
    const place = formatHostPort(target.host, target.port)
    const secret =
      user === ''
        ? ''
        : `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`
    socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${secret}\r\n`, 'latin1')
    const answer = new HeadReader()
    await reader.readUntil(
      bytes => answer.push(bytes),
      () => answer.head !== null,
    )
    const { status } = answer.head!
    if (status !== 407) this.#onState(null)
    if (status >= 200 && status < 300) return
    if (status === 407)
      throw this.#failure(
        new ShoalError(
          'refused',
          user === '' ? 'it wants a user name and a password' : 'it refuses the user name and password',
        ),
      )
    const code = status === 403 || status === 405 ? 'refused' : status === 504 ? 'timeout' : 'unreachable'
    throw new ShoalError(code, `the proxy did not connect to ${place}: it answered with status ${status}`)
  }

  /** Runs one request. Closes the connection if that fails. */
  async #ask<T>({ socket }: ProxyConnection, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    const late = () => new ShoalError('timeout', 'the proxy did not connect in time')
    return withTimeLimit(this.#clock, HOST_LIMIT_MS, signal, late, async limited => {
      try {
        return await whileOpen(socket, limited, request)
      } catch (error) {
        limited.throwIfAborted()
        // Many proxies close the connection when the host refuses.
        if (error instanceof ShoalError && error.code === 'bad-message') throw this.#failure(error)
        if (error instanceof ShoalError && error.code !== 'closed') throw error
        throw new ShoalError('unreachable', `the proxy lost the connection: ${messageOf(error)}`, {
          cause: error,
        })
      }
    })
  }

  #failure(error: unknown): ProxyFailure {
    if (error instanceof ProxyFailure) return error
    const { code: system = messageOf(error) } = error as NodeJS.ErrnoException
    const [code, why]: [ErrorCode, string] =
      error instanceof ShoalError
        ? [error.code, error.message]
        : [system === 'ECONNREFUSED' ? 'refused' : 'unreachable', system]
    const failure = new ProxyFailure(code, this.server, why, { cause: error })
    this.#onState(failure.message)
    return failure
  }
}

/** Runs `work`, during which the signal destroys the socket. Destroys it too if the work fails. */
async function whileOpen<T>(socket: Socket, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const abort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  // The reader passes errors on. Without a listener, they would end the process.
  const ignore = () => {}
  socket.on('error', ignore)
  try {
    signal.throwIfAborted()
    return await work()
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    if (!socket.destroyed) socket.off('error', ignore)
  }
}
