/** Which connections a server keeps, so that no stranger takes the places of all others. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AddressSet, ConnectionCounts, FAMILY, readAddress, SCOPE, scopeOf } from '@shoal/tracker'

/** So that no address takes all connections. */
const MAX_PER_ADDRESS = 100
/** The same for a /48 of IPv6, of which one customer may have all addresses. */
const MAX_PER_NETWORK = 300
/** Connections of strangers without a request that is being answered. Those that have been so for longest make room for others. */
const MAX_IDLE = 1000

export interface ConnectionLimits {
  /** Addresses, or networks such as `10.0.0.0/8`, of proxies. Their clients share an address, and limiting them is the proxy's task. */
  readonly trustedProxies: readonly string[]
  /** Connections of strangers altogether. Default: no limit. */
  readonly maxStrangers?: number | undefined
}

/** Limits the connections of strangers to a server. This machine and trusted proxies have no limit. */
export function limitConnections(server: Server, { trustedProxies, maxStrangers }: ConnectionLimits): void {
  const addresses = new ConnectionCounts(MAX_PER_ADDRESS, true)
  const networks = new Map<string, number>()
  const strangers = new Strangers(server, maxStrangers ?? Number.POSITIVE_INFINITY)
  const proxies = new AddressSet(trustedProxies)
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    // It has been closed already.
    if (address === undefined) return
    const words = new Int32Array(4)
    const family = readAddress(address, words)
    if (family !== null && (proxies.has(family, words) || scopeOf(family, words) === SCOPE.machine)) return
    if (!addresses.admits(address)) return void socket.destroy()
    socket.once('close', () => addresses.release(address))
    const network = family === FAMILY.ipv6 ? `${words[0]}/${words[1]! >>> 16}` : null
    if (network !== null) {
      if ((networks.get(network) ?? 0) >= MAX_PER_NETWORK) return void socket.destroy()
      count(networks, network, 1)
      socket.once('close', () => count(networks, network, -1))
    }
    strangers.add(socket)
  })
}

function count(counts: Map<string, number>, key: string, change: number): void {
  const now = (counts.get(key) ?? 0) + change
  if (now > 0) counts.set(key, now)
  else counts.delete(key)
}

/** Connections of others. An idle one costs its owner nothing, and would keep others out: it goes first. */
class Strangers {
  readonly #most: number
  /** Requests that are being answered, by connection. */
  readonly #open = new Map<Socket, number>()
  /** Those without such a request, the longest idle first. */
  readonly #idle = new Set<Socket>()

  constructor(server: Server, most: number) {
    this.#most = most
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request
      if (!this.#open.has(socket)) return
      this.#answering(socket, 1)
      response.once('close', () => this.#answering(socket, -1))
    })
    // The connection is a WebSocket from now on, whose owner was asked for a password.
    server.on('upgrade', ({ socket }: IncomingMessage) => void this.#idle.delete(socket))
  }

  add(socket: Socket): void {
    this.#open.set(socket, 0)
    this.#idle.add(socket)
    socket.once('close', () => this.#forget(socket))
    if (this.#idle.size <= MAX_IDLE && this.#open.size <= this.#most) return
    // It is the new one itself if all others are being answered.
    const [longest] = this.#idle
    this.#forget(longest!)
    longest!.destroy()
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket)
    this.#idle.delete(socket)
  }

  #answering(socket: Socket, change: 1 | -1): void {
    const open = this.#open.get(socket)
    if (open === undefined) return
    this.#open.set(socket, open + change)
    if (open + change === 0) this.#idle.add(socket)
    else this.#idle.delete(socket)
  }
}
