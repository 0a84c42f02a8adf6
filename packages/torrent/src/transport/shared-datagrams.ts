import { ShoalError } from '../base/errors.ts'
import type { DatagramOptions, DatagramSocket, IpFamily, OnDatagram, OpenDatagram } from './datagram.ts'

/**
 * Maximum number of protocols that may share one socket. Each datagram is offered to all of them.
 */
export const MAX_PROTOCOLS = 8

/**
 * Whether a datagram belongs to a protocol. Must be decided from the bytes alone (usually the
 * first ones), in constant time, and must not throw. The bytes may be empty.
 */
export type ClaimDatagram = (bytes: Uint8Array) => boolean

/**
 * Lets several protocols (the DHT, uTP) use the same UDP ports. Each protocol gets an
 * `OpenDatagram` of its own; those that open the same port of the same address get views of one
 * socket. A datagram goes to the first protocol, in the order of opening, that claims it; unclaimed
 * datagrams are dropped. Sends are not distinguished.
 *
 * A view behaves like a socket of its own. Opening a port rejects with `refused` if another program
 * has it, if the same protocol has it already, or if MAX_PROTOCOLS share it. `unref` counts when
 * the first protocol opens the port. Closing a view stops delivery to it; the socket closes with
 * the last view. Sockets that join a multicast group are never shared.
 */
export class SharedDatagrams {
  readonly #open: OpenDatagram
  readonly #sockets = new Set<SharedSocket>()
  /** Opens run one after another, so that two protocols do not both open the same port. */
  #opening: Promise<unknown> = Promise.resolve()

  constructor(open: OpenDatagram) {
    this.#open = open
  }

  /** Returns the function with which a protocol opens its sockets. */
  protocol(claims: ClaimDatagram): OpenDatagram {
    return options => {
      if (options.multicast) return this.#open(options)
      const opening = this.#opening.then(() => this.#join(claims, options))
      this.#opening = opening.catch(() => {})
      return opening
    }
  }

  async #join(claims: ClaimDatagram, options: DatagramOptions): Promise<DatagramSocket> {
    const { family, port, host } = options
    for (const shared of this.#sockets)
      if (port !== 0 && shared.matches(family, port, host)) return shared.join(claims)
    const shared = new SharedSocket(await this.#open(options), host, () => this.#sockets.delete(shared))
    this.#sockets.add(shared)
    return shared.join(claims)
  }
}

/** One socket and the views of it. */
class SharedSocket {
  readonly socket: DatagramSocket
  readonly #host: string | undefined
  readonly #onClose: () => void
  readonly #views: SocketView[] = []
  #closing: Promise<void> | undefined

  constructor(socket: DatagramSocket, host: string | undefined, onClose: () => void) {
    this.socket = socket
    this.#host = host
    this.#onClose = onClose
    socket.onMessage = (bytes, from, port) => {
      for (const view of this.#views) if (view.claims(bytes)) return view.onMessage?.(bytes, from, port)
    }
    socket.onTurnEnd = () => {
      for (const view of this.#views) view.onTurnEnd?.()
    }
  }

  matches(family: IpFamily, port: number, host: string | undefined): boolean {
    return this.socket.family === family && this.socket.port === port && this.#host === host
  }

  join(claims: ClaimDatagram): DatagramSocket {
    const { port } = this.socket
    if (this.#views.some(view => view.claims === claims))
      throw new ShoalError('refused', `UDP port ${port} is taken: choose another, or 0 for a free one`)
    if (this.#views.length >= MAX_PROTOCOLS)
      throw new ShoalError(
        'refused',
        `${MAX_PROTOCOLS} protocols share UDP port ${port}: choose another port`,
      )
    const view = new SocketView(this, claims)
    this.#views.push(view)
    return view
  }

  /** Resolves when the view is closed, and with the last view also the socket. */
  async leave(view: SocketView): Promise<void> {
    const at = this.#views.indexOf(view)
    if (at >= 0) this.#views.splice(at, 1)
    if (this.#views.length > 0) return
    this.#onClose()
    this.#closing ??= this.socket.close()
    await this.#closing
  }
}

class SocketView implements DatagramSocket {
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  readonly claims: ClaimDatagram
  readonly #shared: SharedSocket
  #closed: Promise<void> | undefined

  constructor(shared: SharedSocket, claims: ClaimDatagram) {
    this.#shared = shared
    this.claims = claims
  }

  get family(): IpFamily {
    return this.#shared.socket.family
  }

  get port(): number {
    return this.#shared.socket.port
  }

  get localAddress(): string {
    return this.#shared.socket.localAddress
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    if (this.#closed) onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
    else this.#shared.socket.send(bytes, host, port, onFailure)
  }

  close(): Promise<void> {
    this.onMessage = null
    this.onTurnEnd = null
    this.#closed ??= this.#shared.leave(this)
    return this.#closed
  }
}
