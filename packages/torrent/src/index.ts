/**
 * The Shoal BitTorrent engine.
 *
 * @packageDocumentation
 */
export * from './api.ts'
export { type ErrorCode, ShoalError } from './base/errors.ts'
export { type CreateOptions, createTorrent } from './hash/create.ts'
export { fileCid, parseCid, torrentCid } from './metainfo/cid.ts'
export { infoHashText, parseInfoHash } from './metainfo/info-hash.ts'
export { formatMagnet, type Magnet, magnetOf, parseMagnet } from './metainfo/magnet.ts'
export type { FileEntry, Info, InfoHashes, Metainfo, TorrentVersion } from './metainfo/metainfo.ts'
export { parseMetainfo } from './metainfo/parse-metainfo.ts'
export { writeMetainfo } from './metainfo/write-metainfo.ts'
export { type CheckedFile, type CheckedFiles, checkFiles } from './session/check-files.ts'
export { Session } from './session/session.ts'
export { Torrent } from './session/torrent.ts'
