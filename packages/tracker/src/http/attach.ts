/**
 * Attaches a tracker to a server of node:http, or one built on it: the tracker answers its own
 * requests and leaves the rest to the server.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AddressSet } from '../access/address-set.ts'
import { CALLER, identifyCaller } from '../access/caller.ts'
import { readAddress } from '../base/address.ts'
import type { Tracker } from '../tracker.ts'
import { type OwnPeer, WebSocketFront } from '../ws/web-socket-front.ts'
import { httpHandler } from './handler.ts'
import { isTrackerPath } from './target.ts'

export interface AttachOptions {
  /** Addresses and networks of proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies?: readonly string[]
  /**
   * Returns false if the server should handle this request. Default: the tracker answers all
   * announces and scrapes.
   */
  readonly admits?: (request: IncomingMessage) => boolean
  /** Maximum number of WebSocket connections of the tracker. Default 20,000. */
  readonly maxWebSockets?: number
  /** A peer in this process, for pages. */
  readonly ownPeer?: OwnPeer
  /** Same as for WebSocketFront. */
  readonly stunPort?: () => number | null
  /**
   * Handles the upgrades, and is not closed with the rest. Default: a new one, with the three
   * options above.
   */
  readonly webSockets?: WebSocketFront
}

export interface AttachedTracker {
  readonly webSockets: WebSocketFront
  /** Closes the tracker's WebSockets. The server handles all requests from then on. */
  close(): Promise<void>
}

/** Attaches the tracker. Call it once the server has all its listeners. */
export function attachTracker(
  server: Server,
  tracker: Tracker,
  options: AttachOptions = {},
): AttachedTracker {
  const { admits = () => true } = options
  const proxies = new AddressSet(options.trustedProxies ?? [])
  const handler = httpHandler(tracker)
  const webSockets =
    options.webSockets ??
    new WebSocketFront(tracker, {
      ...(options.maxWebSockets !== undefined && { maxConnections: options.maxWebSockets }),
      ...(options.ownPeer && { ownPeer: options.ownPeer }),
      ...(options.stunPort && { stunPort: options.stunPort }),
    })
  const words = new Int32Array(4)
  let isOpen = true
  const takes = (request: IncomingMessage) => isOpen && isTrackerPath(request.url ?? '') && admits(request)
  goBefore(server, 'request', (request: IncomingMessage, response: ServerResponse) => {
    if (!takes(request)) return false
    const address = callerAddress(request, proxies)
    if (readAddress(address, words) === null) {
      response
        .writeHead(400, { 'content-type': 'text/plain' })
        .end('The proxy names no address of the client\n')
      return true
    }
    const isDirect = identifyCaller(request, proxies) === CALLER.direct
    return handler.handle(request, response, address, isDirect)
  })
  goBefore(server, 'upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!takes(request)) return false
    webSockets.upgrade(
      request,
      socket,
      head,
      callerAddress(request, proxies),
      identifyCaller(request, proxies),
    )
    return true
  })
  return {
    webSockets,
    close() {
      isOpen = false
      return options.webSockets ? Promise.resolve() : webSockets.close()
    },
  }
}

/**
 * Returns the `others` of an HttpFront: they go to a server that does not listen itself. Slow
 * requests and idle connections are closed after the server's own times. The server's `close` ends
 * this, but leaves the connections to the front.
 */
export function takeOver(server: Server): (socket: Socket) => void {
  // Servers of node:http look for slow requests from this event on.
  if (!server.listening) server.emit('listening')
  return socket => void server.emit('connection', socket)
}

/**
 * Returns the client address of a request: the last one from a trusted proxy's header, else that
 * of the connection.
 */
export function callerAddress({ socket, headers }: IncomingMessage, proxies: AddressSet): string {
  const address = socket.remoteAddress ?? ''
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  const forwarded = headers['x-forwarded-for']
  if (forwarded === undefined || family === null || !proxies.has(family, words)) return address
  return String(forwarded).split(',').at(-1)!.trim()
}

/**
 * Adds a listener that receives requests or upgrades before the server's existing ones, which
 * receive those for which `takes` returns false.
 */
export function goBefore(
  server: Server,
  event: 'request' | 'upgrade',
  takes: (...given: never[]) => boolean,
): void {
  const others = server.listeners(event) as ((...given: unknown[]) => void)[]
  server.removeAllListeners(event)
  server.on(event, (...given: unknown[]) => {
    if (takes(...(given as never[]))) return
    for (const other of others) other.apply(server, given)
    // Like node:http without an upgrade handler.
    if (event === 'upgrade' && others.length === 0) (given[1] as Duplex).destroy()
  })
}
