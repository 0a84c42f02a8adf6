/** The tracker as a guest of a server of node:http, or of one built on it: it answers first, and leaves the rest to the host. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AddressSet } from '../access/address-set.ts'
import { readAddress } from '../base/address.ts'
import type { Tracker } from '../tracker.ts'
import { type OwnPeer, WebSocketFront } from '../ws/web-socket-front.ts'
import { ASKER, whoAsks } from './asker.ts'
import { httpHandler } from './handler.ts'

export interface GuestOptions {
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[]
  /** Whether the tracker answers this request; the host gets it if not. Default: all that are a tracker's. */
  readonly admits?: (request: IncomingMessage) => boolean
  /** WebSockets of the tracker, so that some are left for the host. Default 20,000. */
  readonly maxWebSockets?: number
  /** The host itself, as a peer of pages. */
  readonly ownPeer?: OwnPeer
}

export interface Guest {
  readonly webSockets: WebSocketFront
  /** Ends WebSockets. The host gets all requests from then on. */
  close(): Promise<void>
}

const TRACKER_PATH = /^\/(?:[A-Za-z0-9]{8,64}\/)?(?:announce|scrape)(?:$|\?)/

/** To be called when the host has all its listeners. */
export function joinServer(server: Server, tracker: Tracker, options: GuestOptions = {}): Guest {
  const { admits = () => true } = options
  const proxies = new AddressSet(options.trustedProxies ?? [])
  const handler = httpHandler(tracker)
  const webSockets = new WebSocketFront(tracker, {
    ...(options.maxWebSockets !== undefined && { maxConnections: options.maxWebSockets }),
    ...(options.ownPeer && { ownPeer: options.ownPeer }),
  })
  let isOpen = true
  const takes = (request: IncomingMessage) =>
    isOpen && TRACKER_PATH.test(request.url ?? '') && admits(request)
  goBefore(server, 'request', (request: IncomingMessage, response: ServerResponse) => {
    if (!takes(request)) return false
    const isNear = whoAsks(request, proxies) === ASKER.itself
    return handler.handle(request, response, askerOf(request, proxies), isNear)
  })
  goBefore(server, 'upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!takes(request)) return false
    webSockets.upgrade(request, socket, head, askerOf(request, proxies), whoAsks(request, proxies))
    return true
  })
  return {
    webSockets,
    close() {
      isOpen = false
      return webSockets.close()
    },
  }
}

/** The address that a request comes from: the last that a trusted proxy names, else that of the connection. */
export function askerOf({ socket, headers }: IncomingMessage, proxies: AddressSet): string {
  const address = socket.remoteAddress ?? ''
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  const forwarded = headers['x-forwarded-for']
  if (forwarded === undefined || family === null || !proxies.has(family, words)) return address
  return String(forwarded).split(',').at(-1)!.trim()
}

function goBefore(server: Server, event: 'request' | 'upgrade', takes: (...given: never[]) => boolean): void {
  const others = server.listeners(event) as ((...given: unknown[]) => void)[]
  server.removeAllListeners(event)
  server.on(event, (...given: unknown[]) => {
    if (takes(...(given as never[]))) return
    for (const other of others) other.apply(server, given)
    // As node:http does when nobody takes upgrades.
    if (event === 'upgrade' && others.length === 0) (given[1] as Duplex).destroy()
  })
}
