/** Which connections a server keeps, so that no stranger takes the places of all others. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AddressSet, FAMILY, readAddress, SCOPE, scopeOf } from '@shoal/tracker'
import { isAuthenticated } from '../request/authenticated.ts'

/** So that no address takes all connections; a /64 of IPv6 counts as one, since it has one owner. */
const MAX_PER_ADDRESS = 100
/** The same for a /48 of IPv6, of which one customer may have all addresses. */
const MAX_PER_NETWORK = 300

export interface ConnectionLimits {
  /** Addresses, or networks such as `10.0.0.0/8`, of proxies. Their clients share an address, and limiting them is the proxy's task. */
  readonly trustedProxies: readonly string[]
  /** Connections from other machines altogether, also from proxies. Default: no limit. */
  readonly maxStrangers?: number | undefined
}

/** A connection from another machine. */
interface Stranger {
  readonly socket: Socket
  readonly groups: readonly Group[]
  /** Those that are being answered. */
  readonly requests: Set<IncomingMessage>
}

/** The connections of an address, of a network, or all. */
interface Group {
  readonly key: string
  size: number
  /** Those that may have to make room for others, the longest idle first. */
  readonly members: Set<Stranger>
}

/**
 * Limits the connections to a server. This machine has no limit. Where one is reached, the connection goes that has been idle for longest: it costs
 * its owner nothing, and would keep others out. A WebSocket stays, and so does whoever is being answered.
 */
export class Connections {
  readonly #proxies: AddressSet
  readonly #maxStrangers: number
  readonly #strangers = new WeakMap<Socket, Stranger>()
  readonly #groups = new Map<string, Group>()

  constructor({ trustedProxies, maxStrangers = Number.POSITIVE_INFINITY }: ConnectionLimits) {
    this.#proxies = new AddressSet(trustedProxies)
    this.#maxStrangers = maxStrangers
  }

  /** Closes the connection, and returns false, if there is no room for it. */
  admit(socket: Socket): boolean {
    const address = socket.remoteAddress
    // It has been closed already.
    if (address === undefined) return true
    const words = new Int32Array(4)
    const family = readAddress(address, words)
    if (family !== null && scopeOf(family, words) === SCOPE.machine) return true
    const isProxy = family !== null && this.#proxies.has(family, words)
    const limits: [key: string, most: number][] = [['all', this.#maxStrangers]]
    if (!isProxy) limits.unshift(...ownLimits(address, family, words))
    for (const [key, most] of limits) {
      if (this.#makeRoom(key, most)) continue
      socket.destroy()
      return false
    }
    this.#add(
      socket,
      limits.map(([key]) => key),
      isProxy,
    )
    return true
  }

  /** A request has arrived, perhaps without its body. */
  asked(request: IncomingMessage, response: ServerResponse): void {
    const stranger = this.#strangers.get(request.socket)
    if (!stranger) return
    stranger.requests.add(request)
    response.once('close', () => {
      stranger.requests.delete(request)
      // It is the last that became idle.
      for (const { members } of stranger.groups) if (members.delete(stranger)) members.add(stranger)
    })
  }

  /** The connection is a WebSocket from now on, or is closed by who refuses it. WebSockets have limits of their own. */
  upgraded({ socket }: IncomingMessage): void {
    const stranger = this.#strangers.get(socket)
    for (const { members } of stranger?.groups ?? []) members.delete(stranger!)
  }

  /** Returns false if the group is full of connections that stay. */
  #makeRoom(key: string, most: number): boolean {
    const group = this.#groups.get(key)
    if (!group || group.size < most) return true
    for (const stranger of group.members) {
      if (isBusy(stranger)) continue
      this.#forget(stranger)
      stranger.socket.destroy()
      return true
    }
    return false
  }

  #add(socket: Socket, keys: readonly string[], stays: boolean): void {
    const groups = keys.map(key => this.#groups.get(key) ?? { key, size: 0, members: new Set<Stranger>() })
    const stranger = { socket, groups, requests: new Set<IncomingMessage>() }
    this.#strangers.set(socket, stranger)
    for (const group of groups) {
      this.#groups.set(group.key, group)
      group.size++
      if (!stays) group.members.add(stranger)
    }
    socket.once('close', () => this.#forget(stranger))
  }

  #forget(stranger: Stranger): void {
    if (!this.#strangers.delete(stranger.socket)) return
    for (const group of stranger.groups) {
      group.members.delete(stranger)
      if (--group.size === 0) this.#groups.delete(group.key)
    }
  }
}

function ownLimits(address: string, family: 0 | 1 | null, words: Int32Array): [string, number][] {
  if (family !== FAMILY.ipv6) return [[family === null ? address : `${words[0]}`, MAX_PER_ADDRESS]]
  return [
    [`${words[0]}/${words[1]}`, MAX_PER_ADDRESS],
    [`${words[0]}/${words[1]! >>> 16}/48`, MAX_PER_NETWORK],
  ]
}

/** Whether it has sent a whole request and reads the answer. Users of the server may take their time with both. */
function isBusy({ socket, requests }: Stranger): boolean {
  for (const request of requests)
    if (isAuthenticated(request) || (request.complete && !socket.writableNeedDrain)) return true
  return false
}
