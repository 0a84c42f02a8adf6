import { messageOf, ShoalError } from '../../base/errors.ts'
import { openDatagramOn } from '../datagram.node.ts'
import type { DatagramOptions, DatagramSocket, IpFamily, OnDatagram } from '../datagram.ts'
import type { DeviceSockets } from './device-sockets.node.ts'

/**
 * A UDP socket of an interface that may disappear and return, and then uses the same port. Until
 * then datagrams are dropped, and never sent another way.
 */
export class BoundDatagrams implements DatagramSocket {
  readonly family: IpFamily
  readonly port: number
  readonly localAddress: string
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  readonly #options: DatagramOptions
  readonly #sockets: DeviceSockets
  #inner: DatagramSocket | null = null
  #failure: unknown
  #isClosed = false
  /** Settles after the last change of the socket. */
  #changing: Promise<void> = Promise.resolve()

  private constructor(sockets: DeviceSockets, options: DatagramOptions, inner: DatagramSocket) {
    this.#sockets = sockets
    this.#options = { ...options, port: inner.port }
    this.family = inner.family
    this.port = inner.port
    this.localAddress = inner.localAddress
    this.#attach(inner)
  }

  /** Rejects as `OpenDatagram` does. */
  static async open(sockets: DeviceSockets, options: DatagramOptions): Promise<BoundDatagrams> {
    const socket = new BoundDatagrams(sockets, options, await openDatagramOn(sockets, options))
    sockets.movable.add(socket)
    return socket
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    const problem = this.#sockets.problem ?? (this.#inner ? null : messageOf(this.#failure))
    if (problem === null) this.#inner!.send(bytes, host, port, onFailure)
    else if (this.#isClosed) onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
    else onFailure?.(new ShoalError('unreachable', `cannot send to ${host} port ${port}: ${problem}`))
  }

  /** Opens the socket on the interface in its current state. */
  move(): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      if (this.#isClosed) return
      const before = this.#inner
      this.#inner = null
      await before?.close()
      try {
        const inner = await openDatagramOn(this.#sockets, this.#options)
        if (this.#isClosed) await inner.close()
        else this.#attach(inner)
      } catch (error) {
        this.#failure = error
      }
    })
    return this.#changing
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.onMessage = null
    this.onTurnEnd = null
    this.#sockets.movable.delete(this)
    const inner = this.#inner
    this.#inner = null
    await inner?.close()
    await this.#changing
  }

  #attach(inner: DatagramSocket): void {
    this.#inner = inner
    inner.onMessage = (bytes, host, port) => this.onMessage?.(bytes, host, port)
    inner.onTurnEnd = () => this.onTurnEnd?.()
  }
}
