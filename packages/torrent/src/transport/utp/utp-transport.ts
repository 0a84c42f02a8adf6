import { ShoalError } from '../../base/errors.ts'
import { familyOf, parseIp } from '../../base/ip.ts'
import { isLoopback } from '../../base/local-address.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../datagram.ts'
import type { TransportServices } from '../services.ts'
import type { Connection, Listener, PeerAddress, Transport } from '../transport.ts'
import { isUtpDatagram } from './utp-packet.ts'
import { UtpSocket } from './utp-socket.ts'

type Accept = (connection: Connection) => void

interface OpenSocket {
  readonly utp: UtpSocket
  readonly datagrams: DatagramSocket
  readonly host: string | undefined
}

/** uTP (BEP 29) over IPv4 and IPv6, on UDP ports that it shares with the DHT. */
export class UtpTransport implements Transport {
  readonly kind = 'utp'
  /** TCP's number may be taken as a UDP port, and peers try both. */
  readonly isListeningOptional = true
  readonly #services: TransportServices
  readonly #openDatagram: OpenDatagram
  readonly #sockets = new Set<OpenSocket>()
  readonly #listeners = new Set<Listener>()
  /** Sockets for dials that are being opened. */
  readonly #opening = new Map<IpFamily, Promise<OpenSocket>>()
  #isClosed = false

  constructor(services: TransportServices) {
    this.#services = services
    this.#openDatagram = services.datagrams.protocol(isUtpDatagram)
  }

  canDial(address: PeerAddress): boolean {
    // A name that only a proxy resolves cannot be recognized in the answers.
    if (parseIp(address.host) === null) return false
    return address.port > 0 && (address.kind === undefined || address.kind === 'utp')
  }

  async dial(address: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    signal.throwIfAborted()
    const { utp } = await this.#socketTo(address)
    if (!signal.aborted && !this.#isClosed) return utp.dial(address, signal)
    utp.closeIfUnused()
    signal.throwIfAborted()
    throw new ShoalError('closed', 'the transport was closed')
  }

  async listen(
    { host, port }: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const sockets = await this.#openPort(host, port, onConnection)
    const listener: Listener = {
      port: sockets[0]!.datagrams.port,
      close: async () => {
        if (!this.#listeners.delete(listener)) return
        await Promise.all(sockets.map(socket => this.#stop(socket)))
      },
    }
    this.#listeners.add(listener)
    return listener
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { utp } of this.#sockets) utp.abort()
    await Promise.all([...this.#listeners].map(listener => listener.close()))
  }

  /**
   * Opens one port for both families, or for that of `host`. IPv6 is omitted if it is unavailable.
   */
  async #openPort(host: string | undefined, port: number, accept: Accept): Promise<OpenSocket[]> {
    if (host !== undefined) return [await this.#openListening(familyOf(host), host, port, accept)]
    const first = await this.#openListening(4, undefined, port, accept).catch(error => {
      if (error instanceof ShoalError && error.code === 'unsupported') return null
      throw error
    })
    const other = this.#openListening(6, undefined, first?.datagrams.port ?? port, accept)
    if (!first) return [await other]
    return other.then(
      second => [first, second],
      () => [first],
    )
  }

  /** Opens a port, or takes over one that connections of an earlier listener keep open. */
  async #openListening(
    family: IpFamily,
    host: string | undefined,
    port: number,
    accept: Accept,
  ): Promise<OpenSocket> {
    const isKept = ({ utp, host: bound }: OpenSocket) =>
      utp.family === family && bound === host && utp.port === port && utp.onConnection === null
    const socket = [...this.#sockets].find(isKept) ?? (await this.#open(family, host, port))
    socket.utp.onConnection = accept
    return socket
  }

  /**
   * Returns a socket that reaches the address: that of a listener if possible, because routers know
   * it.
   */
  async #socketTo({ host }: PeerAddress): Promise<OpenSocket> {
    const family = familyOf(host)
    const able = [...this.#sockets].filter(socket => {
      const isLocalOnly = socket.host !== undefined && isLoopback(socket.host)
      return socket.utp.family === family && (!isLocalOnly || isLoopback(host))
    })
    const open = able.find(({ utp }) => utp.onConnection !== null) ?? able[0]
    if (open) return open
    let opening = this.#opening.get(family)
    if (!opening) {
      opening = this.#open(family, undefined, 0).finally(() => this.#opening.delete(family))
      this.#opening.set(family, opening)
    }
    return opening
  }

  async #open(family: IpFamily, host: string | undefined, port: number): Promise<OpenSocket> {
    const { clock, random } = this.#services
    const datagrams = await this.#openDatagram({ family, port, ...(host === undefined ? {} : { host }) })
    const onUnused = () => {
      this.#sockets.delete(socket)
      void datagrams.close()
    }
    const utp = new UtpSocket({ clock, random, socket: datagrams, onUnused })
    const socket = { utp, datagrams, host }
    this.#sockets.add(socket)
    return socket
  }

  /** Ends a listener's use of a socket, which closes it unless connections use it. */
  async #stop(socket: OpenSocket): Promise<void> {
    socket.utp.stopListening()
    if (!this.#sockets.has(socket)) await socket.datagrams.close()
  }
}
