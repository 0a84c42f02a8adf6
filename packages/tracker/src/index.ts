/**
 * A BitTorrent tracker: HTTP, UDP and WebSocket on one swarm state.
 *
 * ```ts
 * import { createServer } from 'node:http'
 * import { httpHandler, Tracker, UdpFront, WebSocketFront } from '@shoal/tracker'
 *
 * const tracker = new Tracker()
 * const handler = httpHandler(tracker)
 * const webSockets = new WebSocketFront(tracker)
 * const server = createServer((request, response) => {
 *   if (!handler.handle(request, response)) response.writeHead(404).end()
 * })
 * server.on('upgrade', (request, socket, head) => webSockets.upgrade(request, socket, head))
 * server.listen(6969, '127.0.0.1')
 * const udp = await UdpFront.open(tracker, { host: '127.0.0.1', port: 6969 })
 * ```
 *
 * @packageDocumentation
 */

export {
  type AccessOptions,
  AccessRules,
  isPasskey,
  type PasskeyAccounts,
  type TrackerLists,
} from './access/access-rules.ts'
export { AddressSet } from './access/address-set.ts'
export { CALLER, type CallerKind, identifyCaller, isCrossSite } from './access/caller.ts'
export { ConnectionCounts } from './access/connection-counts.ts'
export { addressText, readAddress } from './base/address.ts'
export { SCOPE, scopeOf } from './base/scope.ts'
export {
  type AttachedTracker,
  type AttachOptions,
  attachTracker,
  callerAddress,
  goBefore,
  takeOver,
} from './http/attach.ts'
export { type HttpHandler, httpHandler } from './http/handler.ts'
export { HttpFront, type HttpFrontOptions, type PageAnswer, type PageCaller } from './http/http-front.ts'
export { pageCaller } from './http/page-caller.ts'
export { type Carrier, type CarrierEvents, MAX_FRAME_BYTES } from './join/carrier.ts'
export { Join, type JoinCounters, type JoinEvents, type JoinOptions } from './join/join.ts'
export type { Member } from './join/members.ts'
export { MemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts'
export { peersPerAddressFor } from './memory/peer-shares.ts'
export {
  Announce,
  EVENT,
  FAMILY,
  type Family,
  MAX_PEERS,
  PeerChange,
  type StoreStats,
  SwarmCounts,
  type SwarmSink,
  type SwarmStore,
} from './store.ts'
export {
  expirySecondsFor,
  type FrontName,
  REFUSED,
  Tracker,
  type TrackerCounters,
  type TrackerOptions,
} from './tracker.ts'
export { ConnectionIds } from './udp/connection-ids.ts'
export { UdpFront } from './udp/udp-front.ts'
export { type FarPages, type OwnPeer, WebSocketFront } from './ws/web-socket-front.ts'
