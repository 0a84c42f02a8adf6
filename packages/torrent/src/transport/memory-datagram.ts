import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { DatagramOptions, DatagramSocket, IpFamily, OnDatagram, OpenDatagram } from './datagram.ts'

export interface MemoryDatagramOptions {
  clock: Clock
  random: Random
  /** One way, in milliseconds. Default 10. */
  latencyMs?: number
  /** Added to the latency, from 0 up to this at random, so that datagrams overtake each other. Default 0. */
  jitterMs?: number
  /** Share of datagrams that are lost, 0 to 1. Default 0. */
  loss?: number
}

/** The addresses of one machine of a MemoryDatagramNetwork: IP literals. */
export interface MemoryHost {
  readonly 4?: string
  readonly 6?: string
}

/** A network of datagrams in memory: runs in virtual time and repeats from its seed. One multicast domain. */
export class MemoryDatagramNetwork {
  readonly #options: Required<MemoryDatagramOptions>
  readonly #sockets = new Map<string, MemorySocket>()
  readonly #groups = new Map<string, Set<MemorySocket>>()
  /** Number of datagrams sent, including lost ones. */
  sentCount = 0

  constructor(options: MemoryDatagramOptions) {
    this.#options = { latencyMs: 10, jitterMs: 0, loss: 0, ...options }
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** Returns the `openDatagram` of a machine with these addresses. */
  host(addresses: MemoryHost): OpenDatagram {
    return async options => {
      const address = addresses[options.family]
      if (address === undefined) {
        throw new ShoalError('unsupported', `this machine has no IPv${options.family} address`)
      }
      const port = options.multicast ? options.port : this.#takePort(address, options.port)
      const socket = new MemorySocket(this, options, address, port)
      const place = options.multicast ? key(options.multicast.group, port) : undefined
      if (place === undefined) this.#sockets.set(key(address, port), socket)
      else this.#groups.set(place, (this.#groups.get(place) ?? new Set()).add(socket))
      return socket
    }
  }

  /** Returns the ports that are open at an address. */
  openPorts(host: string): number[] {
    const at = [...this.#sockets.values()].filter(socket => socket.address === host)
    return at.map(socket => socket.port)
  }

  #takePort(address: string, wanted: number): number {
    if (wanted === 0) {
      for (let port = 49152; port < 65536; port++) if (!this.#sockets.has(key(address, port))) return port
    }
    if (wanted === 0 || this.#sockets.has(key(address, wanted))) {
      throw new ShoalError('refused', `UDP port ${wanted} is taken: choose another, or 0 for a free one`)
    }
    return wanted
  }

  /** @internal Only the sockets of this network use it. */
  carry(bytes: Uint8Array, from: MemorySocket, host: string, port: number): void {
    const { clock, random, latencyMs, jitterMs, loss } = this.#options
    const copy = bytes.slice()
    const receivers = this.#groups.get(key(host, port)) ?? [key(host, port)]
    for (const receiver of receivers) {
      this.sentCount++
      if (loss > 0 && random.below(2 ** 32) < loss * 2 ** 32) continue
      clock.after(latencyMs + (jitterMs > 0 ? random.below(jitterMs + 1) : 0), () => {
        const socket = typeof receiver === 'string' ? this.#sockets.get(receiver) : receiver
        socket?.receive(copy.slice(), from)
      })
    }
  }

  /** @internal Only the sockets of this network use it. */
  forget(socket: MemorySocket): void {
    const own = key(socket.address, socket.port)
    if (this.#sockets.get(own) === socket) this.#sockets.delete(own)
    for (const members of this.#groups.values()) members.delete(socket)
  }
}

class MemorySocket implements DatagramSocket {
  readonly family: IpFamily
  readonly port: number
  readonly localAddress: string
  /** Returns the sender address that others see, even if the socket is bound to all addresses. */
  readonly address: string
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  #willEndTurn = false
  readonly #network: MemoryDatagramNetwork
  #closed = false

  constructor(network: MemoryDatagramNetwork, options: DatagramOptions, address: string, port: number) {
    this.#network = network
    this.family = options.family
    this.address = address
    this.localAddress = options.host ?? (options.family === 4 ? '0.0.0.0' : '::')
    this.port = port
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    if (this.#closed) onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
    else this.#network.carry(bytes, this, host, port)
  }

  receive(bytes: Uint8Array, from: MemorySocket): void {
    this.onMessage?.(bytes, from.address, from.port)
    if (this.#willEndTurn || !this.onTurnEnd) return
    this.#willEndTurn = true
    this.#network.clock.after(0, () => {
      this.#willEndTurn = false
      this.onTurnEnd?.()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.onMessage = null
    this.onTurnEnd = null
    this.#network.forget(this)
  }
}

const key = (host: string, port: number) => `${host} ${port}`
