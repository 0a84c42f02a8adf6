import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { DatagramOptions, DatagramSocket, IpFamily, OnDatagram, OpenDatagram } from './datagram.ts'
import { MemoryNat, type NatEndpoint, type NatOptions } from './memory-nat.ts'
import { type DatagramLink, MemoryWire } from './memory-wire.ts'

export interface MemoryDatagramOptions {
  clock: Clock
  random: Random
  /** One way, in milliseconds. Default 10. */
  latencyMs?: number
  /**
   * Added to the latency, from 0 up to this at random, so that datagrams overtake each other.
   * Default 0.
   */
  jitterMs?: number
  /** Share of datagrams that are lost, 0 to 1. Default 0. */
  loss?: number
}

/** The addresses of one machine of a MemoryDatagramNetwork: IP literals. */
export interface MemoryHost {
  readonly 4?: string
  readonly 6?: string
}

/** Position of a machine in a MemoryDatagramNetwork. */
export interface MemoryPlace {
  /** Its wire. Default: the latency, jitter and loss of the network. */
  readonly link?: DatagramLink
  /** The NAT that it is behind. Its addresses are then reachable only from behind the same NAT. */
  readonly nat?: MemoryNat
}

/**
 * A network of datagrams in memory: runs in virtual time and repeats from its seed. One multicast
 * domain. Machines can have wires with a rate and a queue, and be behind NATs.
 */
export class MemoryDatagramNetwork {
  readonly #options: Required<MemoryDatagramOptions>
  readonly #sockets = new Map<string, MemorySocket>()
  readonly #nats = new Map<string, MemoryNat>()
  readonly #wires = new Map<string, MemoryWire>()
  readonly #groups = new Map<string, Set<MemorySocket>>()
  /** Number of datagrams sent, including lost ones. */
  sentCount = 0

  constructor(options: MemoryDatagramOptions) {
    this.#options = { latencyMs: 10, jitterMs: 0, loss: 0, ...options }
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** Returns a NAT with this public address. */
  nat(publicHost: string, options: NatOptions): MemoryNat {
    const nat = new MemoryNat(this.#options.clock, publicHost, options)
    this.#nats.set(publicHost, nat)
    return nat
  }

  /** Disconnects a machine with a wire, without notice to other machines. */
  unplug(host: string): void {
    const wire = this.#wires.get(host)
    if (wire) wire.plugged = false
  }

  /** Returns the `openDatagram` of a machine with these addresses. */
  host(addresses: MemoryHost, { link, nat }: MemoryPlace = {}): OpenDatagram {
    const { clock, random } = this.#options
    const wire = link && new MemoryWire(clock, random, link)
    if (wire) for (const address of Object.values(addresses)) this.#wires.set(address, wire)
    return async options => {
      const address = addresses[options.family]
      if (address === undefined) {
        throw new ShoalError('unsupported', `this machine has no IPv${options.family} address`)
      }
      const port = options.multicast ? options.port : this.#takePort(address, options.port)
      const socket = new MemorySocket(this, { options, address, port, wire, nat })
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
    const copy = bytes.slice()
    const group = this.#groups.get(key(host, port))
    for (const receiver of group ?? [null]) {
      this.sentCount++
      const leftMs = from.wire ? from.wire.leave(copy.length) : this.#leave()
      if (leftMs === null) continue
      // A NAT translates when the datagram leaves, and filters when it arrives.
      const source = receiver ? from.endpoint : this.#sourceOf(from, { host, port })
      const wire = this.#wires.get(host) ?? this.#find(source, from.nat, { host, port })?.wire
      const deliver = () => {
        const socket = receiver ?? this.#find(source, from.nat, { host, port })
        socket?.receive(copy.slice(), source)
      }
      if (wire) wire.arrive(copy.length, leftMs, deliver)
      else this.#options.clock.after(leftMs - this.#options.clock.nowMs(), deliver)
    }
  }

  /** Arrival time of a datagram from a machine without a wire; null if it is lost. */
  #leave(): number | null {
    const { clock, random, latencyMs, jitterMs, loss } = this.#options
    if (loss > 0 && random.below(2 ** 32) < loss * 2 ** 32) return null
    return clock.nowMs() + latencyMs + (jitterMs > 0 ? random.below(jitterMs + 1) : 0)
  }

  /** The source that the receiver sees. */
  #sourceOf(from: MemorySocket, to: NatEndpoint): NatEndpoint {
    const isInside = !from.nat || this.#sockets.get(key(to.host, to.port))?.nat === from.nat
    return isInside ? from.endpoint : from.nat.outbound(from.endpoint, to)
  }

  /**
   * The socket that a datagram reaches, through the NAT of the receiver if there is one. `nat`:
   * that of the sender.
   */
  #find(source: NatEndpoint, nat: MemoryNat | undefined, to: NatEndpoint): MemorySocket | undefined {
    const direct = this.#sockets.get(key(to.host, to.port))
    if (direct && (!direct.nat || direct.nat === nat)) return direct
    const far = this.#nats.get(to.host)
    if (!far || (far === nat && !far.hairpinning)) return
    const inside = far.inbound(to.port, source)
    return inside ? this.#sockets.get(key(inside.host, inside.port)) : undefined
  }

  /** @internal Only the sockets of this network use it. */
  forget(socket: MemorySocket): void {
    const own = key(socket.address, socket.port)
    if (this.#sockets.get(own) === socket) this.#sockets.delete(own)
    for (const members of this.#groups.values()) members.delete(socket)
  }
}

interface MemorySocketOptions {
  readonly options: DatagramOptions
  readonly address: string
  readonly port: number
  readonly wire: MemoryWire | undefined
  readonly nat: MemoryNat | undefined
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
  readonly wire: MemoryWire | undefined
  readonly nat: MemoryNat | undefined
  readonly #network: MemoryDatagramNetwork
  #closed = false

  constructor(network: MemoryDatagramNetwork, { options, address, port, wire, nat }: MemorySocketOptions) {
    this.#network = network
    this.wire = wire
    this.nat = nat
    this.family = options.family
    this.address = address
    this.localAddress = options.host ?? (options.family === 4 ? '0.0.0.0' : '::')
    this.port = port
  }

  get endpoint(): NatEndpoint {
    return { host: this.address, port: this.port }
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    if (this.#closed) onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
    else this.#network.carry(bytes, this, host, port)
  }

  receive(bytes: Uint8Array, from: NatEndpoint): void {
    this.onMessage?.(bytes, from.host, from.port)
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
