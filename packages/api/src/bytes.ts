/**
 * What travels as bytes rather than JSON. The documentation lists these beside the operations.
 */

import type { Area } from './operation.ts'
import type { OperationName } from './operations.ts'

export interface ByteRoute {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly area: Area
  readonly summary: string
  readonly requestType?: string
  readonly responseType?: string
  /** What it answers in JSON, when it does: the same as this operation. */
  readonly answersLike?: OperationName
  /** Answers `Range` requests (RFC 9110 section 14). */
  readonly ranges?: boolean
}

export const BYTE_ROUTES = {
  readFile: {
    method: 'GET',
    path: '/files/{id}/{path}',
    area: 'files',
    summary: 'The bytes of a file, also while it downloads: what is not here yet is fetched first',
    responseType: 'application/octet-stream',
    ranges: true,
  },
  getMetainfo: {
    method: 'GET',
    path: '/api/torrents/{id}/metainfo',
    area: 'torrents',
    summary: 'The .torrent',
    responseType: 'application/x-bittorrent',
  },
  getPlaylist: {
    method: 'GET',
    path: '/api/torrents/{id}/playlist.m3u',
    area: 'files',
    summary:
      'A playlist of its video and audio, for players; with a key that opens only these files, for a day',
    responseType: 'audio/x-mpegurl',
  },
  uploadTorrent: {
    method: 'POST',
    path: '/api/torrents/upload',
    area: 'torrents',
    summary: 'Add a .torrent: the body is the file; options of addTorrent in the query',
    requestType: 'application/x-bittorrent',
    answersLike: 'addTorrent',
  },
  putUploadFile: {
    method: 'PUT',
    path: '/api/uploads/{id}/files/{path}',
    area: 'uploads',
    summary: 'Send one file of an upload: the body is the file',
    requestType: 'application/octet-stream',
    answersLike: 'getUpload',
  },
  getEvents: {
    method: 'GET',
    path: '/api/events',
    area: 'node',
    summary: 'Events, as a WebSocket or as server-sent events',
    responseType: 'text/event-stream',
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    area: 'node',
    summary: 'Metrics in the Prometheus text format',
    responseType: 'text/plain',
  },
  getOpenApi: {
    method: 'GET',
    path: '/api/openapi.json',
    area: 'node',
    summary: 'This API, described in OpenAPI 3.1',
    responseType: 'application/json',
  },
} as const satisfies Record<string, ByteRoute>
