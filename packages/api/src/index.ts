/**
 * The control contract of a Shoal node: its operations, schemas, settings and events, and a typed
 * client.
 *
 * ```ts
 * import { connectNode } from '@shoal/api'
 *
 * const node = connectNode({ url: 'http://127.0.0.1:8420', token: process.env.SHOAL_TOKEN })
 * const { torrent } = await node.addTorrent({ source: 'magnet:?xt=urn:btih:…' })
 * ```
 *
 * @packageDocumentation
 */
export { ApiError } from './api-error.ts'
export { BYTE_ROUTES, type ByteRoute } from './bytes.ts'
export * from './choices.ts'
export {
  authorization,
  type ClientOptions,
  connectNode,
  createApi,
  readAnswer,
} from './client.ts'
export type {
  CallKind,
  CallOptions,
  Contract,
  Effect,
  NodeAccess,
  Operation,
  OperationFunctions,
  OperationTable,
  PathRule,
  Setting,
  TorrentFacet,
} from './contract.ts'
export { EFFECTS } from './contract.ts'
export { ACCESS } from './contracts/access.ts'
export * from './contracts/chat.ts'
export * from './contracts/completion.ts'
export * from './contracts/contacts.ts'
export * from './contracts/devices.ts'
export * from './contracts/findable.ts'
export * from './contracts/hubs.ts'
export * from './contracts/network.ts'
export * from './contracts/network-search.ts'
export * from './contracts/of-capabilities.ts'
export * from './contracts/people.ts'
export * from './contracts/publications.ts'
export * from './contracts/reach.ts'
export * from './contracts/schedule.ts'
export * from './contracts/sealed.ts'
export * from './contracts/search.ts'
export * from './contracts/seeding.ts'
export * from './contracts/sharing.ts'
export * from './contracts/sources.ts'
export * from './contracts/torrents.ts'
export * from './contracts/tracker.ts'
export * from './contracts/transfers.ts'
export * from './contracts.ts'
export {
  type ErrorAnswer,
  type ErrorTable,
  errorsOf,
  USUAL_ERRORS,
  withStatus,
} from './errors.ts'
export * from './events.ts'
export { torrentFacet } from './facet.ts'
export {
  type FoundPath,
  hasHostPaths,
  hasMarks,
  hideSecrets,
  hostPathsIn,
  type MarkedField,
  type MarkedPlace,
  type Marks,
  markedIn,
  markedPlaces,
  secretsIn,
  untrustedIn,
} from './marked-fields.ts'
export { openApiDocument } from './node-openapi.ts'
export type { JsonSchema, OpenApiDocument } from './openapi.ts'
export * from './operations.ts'
export * from './port-mapping-words.ts'
export { reachSentences } from './reach-words.ts'
export { type PlainRequest, toRequest } from './request.ts'
export * from './schemas/chat.ts'
export * from './schemas/common.ts'
export * from './schemas/contact.ts'
export * from './schemas/device.ts'
export * from './schemas/findable.ts'
export * from './schemas/hub.ts'
export * from './schemas/job.ts'
export * from './schemas/label.ts'
export { HOST_PATHS, LOCAL_ONLY, LOOKED_UP, OWN_TEXTS, SECRETS, UNTRUSTED } from './schemas/names.ts'
export * from './schemas/network.ts'
export * from './schemas/network-search.ts'
export * from './schemas/node.ts'
export * from './schemas/of-capabilities.ts'
export * from './schemas/passkey.ts'
export * from './schemas/peer.ts'
export * from './schemas/peer-reach.ts'
export * from './schemas/people.ts'
export * from './schemas/publication.ts'
export * from './schemas/reach.ts'
export * from './schemas/sealed.ts'
export * from './schemas/search.ts'
export * from './schemas/torrent.ts'
export * from './schemas/torrent-facets.ts'
export * from './schemas/upload.ts'
export * from './settings.ts'
export * from './system.ts'
export * from './torrent-reasons.ts'
