/** Selects the connections that a server keeps, so that no client can use up all slots. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AddressSet, FAMILY, readAddress, SCOPE, scopeOf } from '@shoal/tracker'
import { isAuthenticated } from '../request/authenticated.ts'

/** Limit per address; a /64 of IPv6 counts as one, since it has one owner. */
const MAX_PER_ADDRESS = 100
/** The same for a /48 of IPv6, which may belong to a single customer. */
const MAX_PER_NETWORK = 300

export interface ConnectionLimits {
  /**
   * Addresses of proxies, or networks such as `10.0.0.0/8`. Their clients share an address, so
   * limiting them is up to the proxy.
   */
  readonly trustedProxies: readonly string[]
  /** Total connections from other machines, including proxies. Default: no limit. */
  readonly maxStrangers?: number | undefined
}

/** A connection from another machine. */
interface Stranger {
  readonly socket: Socket
  readonly groups: readonly Group[]
  /** Requests being answered. */
  readonly requests: Set<IncomingMessage>
}

/** The connections of an address, of a network, or all. */
interface Group {
  readonly key: string
  size: number
  /** Idle connections that can be evicted, the longest idle first. */
  readonly members: Set<Stranger>
}

/**
 * Limits the connections to a server. This machine has no limit. At a limit, the longest idle
 * connection is closed: it costs its owner nothing, and would keep others out. WebSockets and
 * connections with a pending response are kept.
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

  /** Closes the connection and returns false if there is no room for it. */
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
      // It is now the most recently idle one.
      for (const { members } of stranger.groups) if (members.delete(stranger)) members.add(stranger)
    })
  }

  /**
   * The connection becomes a WebSocket, or whatever refuses it closes it. WebSockets have separate
   * limits.
   */
  upgraded({ socket }: IncomingMessage): void {
    const stranger = this.#strangers.get(socket)
    for (const { members } of stranger?.groups ?? []) members.delete(stranger!)
  }

  /** Returns false if the group is full of connections that cannot be evicted. */
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

/**
 * Returns whether the client has sent a complete request and is receiving the response.
 * Authenticated users can be slow at both.
 */
function isBusy({ socket, requests }: Stranger): boolean {
  for (const request of requests)
    if (isAuthenticated(request) || (request.complete && !socket.writableNeedDrain)) return true
  return false
}
