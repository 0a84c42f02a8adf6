/**
 * The Shoal BitTorrent engine: a session manages torrents, which download from and share files with
 * any BitTorrent client.
 *
 * ```ts
 * import { Session } from '@shoal/torrent'
 *
 * const [link = '', directory = '.'] = process.argv.slice(2)
 * const session = await Session.open({ directory })
 * const torrent = await session.add(link)
 * await torrent.whenComplete()
 * for (const file of torrent.files) console.log(file.diskPath)
 * await session.close()
 * ```
 *
 * See `docs/embedding.md` for more examples.
 *
 * @packageDocumentation
 */
export * from './api.ts'
export { type Clock, delay, systemClock } from './base/clock.ts'
export { type ErrorCode, ShoalError } from './base/errors.ts'
export { isGzip } from './base/gunzip.ts'
export { isLocalAddress } from './base/local-address.ts'
export {
  createItem,
  type DhtItem,
  type DhtItemKey,
  type ImmutableItem,
  isMutable as isMutableItem,
  itemTarget,
  type MutableItem,
  signedBytes as signedItemBytes,
  signItem,
} from './discovery/dht/item.ts'
export type { DiscoveryKind } from './discovery/discovery.ts'
export { trackerLabel } from './discovery/tracker/label.ts'
export {
  type CreateFromOptions,
  type CreateOptions,
  createTorrent,
  createTorrentFrom,
} from './hash/create.ts'
export { blobSource, type CreateSource } from './hash/create-source.ts'
export type { FolderFilter } from './hash/walk.ts'
export { fileCid, parseCid, torrentCid } from './metainfo/cid.ts'
export { infoHashText, parseInfoHash } from './metainfo/info-hash.ts'
export { PieceLayout } from './metainfo/layout.ts'
export { formatMagnet, isMagnet, type Magnet, magnetOf, parseMagnet } from './metainfo/magnet.ts'
export type { FileEntry, Info, InfoHashes, Metainfo, TorrentVersion } from './metainfo/metainfo.ts'
export { filesWithoutLayer } from './metainfo/missing-layers.ts'
export {
  formatMutableMagnet,
  isMutableMagnet,
  type MutableMagnet,
  parseMutableMagnet,
} from './metainfo/mutable-magnet.ts'
export { parseMetainfo } from './metainfo/parse-metainfo.ts'
export { readMetainfo } from './metainfo/read-metainfo.ts'
export { addNumber, type NameRules, safeComponent, safePaths } from './metainfo/safe-names.ts'
export { writeMetainfo } from './metainfo/write-metainfo.ts'
export { kindOfAddress } from './port-mapping/external-address.ts'
export type {
  ExternalEndpoint,
  MappedTransport,
  PortMapping,
  PortMappingMethod,
  PortMappingProblem,
  PortMappingProblemCode,
  PortMappingStatus,
} from './port-mapping/port-mapping.ts'
export type {
  Conduct,
  NetworkKey,
  PeerClaims,
  ReceivedReceipt,
  Recognition,
  RecognizedPeer,
  RefusalReason,
  SeenPeer,
} from './recognition-api.ts'
export { Session } from './session/session.ts'
export { type CheckedFile, type CheckedFiles, checkFiles } from './session/torrent/check-files.ts'
export { checkedTracker, checkedWebSeed } from './session/torrent/links.ts'
export { Torrent } from './session/torrent/torrent.ts'
export * from './session-api.ts'
export { takeBytes } from './storage/byte-runs.ts'
export { createMemoryStorage } from './storage/memory-storage.ts'
export { checkNoteName, checkResumeKey, checkResumeMetainfo } from './storage/record/resume-keys.ts'
export {
  decodeProgress as decodeResumeProgress,
  encodeProgress as encodeResumeProgress,
} from './storage/record/resume-record.ts'
export type { ResumeEntry, ResumeProgress, ResumeStore } from './storage/record/resume-store.ts'
export type { FileStamp, Storage } from './storage/storage.ts'
export type {
  Connection,
  ConnectionHandler,
  Listener,
  PeerAddress,
  Transport,
  TransportKind,
} from './transport/transport.ts'
export { parseIceServer } from './transport/webrtc/ice-url.ts'
export type {
  IceServer,
  RtcCandidate,
  RtcChannel,
  RtcChannelHandler,
  RtcConfig,
  RtcFactory,
  RtcPeer,
  RtcPeerEvents,
} from './transport/webrtc/rtc.ts'
