/**
 * What travels as bytes rather than JSON. The documentation lists these beside the operations.
 */

import { z } from 'zod'
import type { OperationName } from './operations.ts'
import { Id, TorrentId } from './schemas/common.ts'
import { AddTorrent } from './schemas/torrent.ts'

export interface ByteRoute {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly area: string
  readonly summary: string
  /** Members that travel in the path, as it names them in braces, and in the query. */
  readonly input: z.ZodObject
  readonly requestType?: string
  readonly responseType?: string
  /** What it answers in JSON, when it does: the same as this operation. */
  readonly answersLike?: OperationName
  /** Answers `Range` requests (RFC 9110 section 14). */
  readonly ranges?: boolean
}

const One = z.object({ id: TorrentId })
const Path = z.string().min(1).max(8192).meta({ description: 'With `/` between folders' })

export const BYTE_ROUTES = {
  readFile: {
    method: 'GET',
    path: '/files/{id}/{path}',
    area: 'files',
    summary: 'The bytes of a file, also while it downloads: what is not here yet is fetched first',
    input: One.extend({
      path: Path,
      key: z.string().max(100).optional().meta({ description: 'A key of a playlist' }),
    }),
    responseType: 'application/octet-stream',
    ranges: true,
  },
  getMetainfo: {
    method: 'GET',
    path: '/api/torrents/{id}/metainfo',
    area: 'torrents',
    summary: 'The .torrent',
    input: One,
    responseType: 'application/x-bittorrent',
  },
  getPlaylist: {
    method: 'GET',
    path: '/api/torrents/{id}/playlist.m3u',
    area: 'files',
    summary:
      'A playlist of its video and audio, for players; with a key that opens only these files, for a day',
    input: One,
    responseType: 'audio/x-mpegurl',
  },
  uploadTorrent: {
    method: 'POST',
    path: '/api/torrents/upload',
    area: 'torrents',
    summary: 'Add a .torrent: the body is the file; options of addTorrent in the query',
    input: AddTorrent.omit({ source: true, torrent: true }),
    requestType: 'application/x-bittorrent',
    answersLike: 'addTorrent',
  },
  putUploadFile: {
    method: 'PUT',
    path: '/api/uploads/{id}/files/{path}',
    area: 'uploads',
    summary: 'Send one file of an upload: the body is the file',
    input: z.object({ id: Id, path: Path }),
    requestType: 'application/octet-stream',
    answersLike: 'getUpload',
  },
  getEvents: {
    method: 'GET',
    path: '/api/events',
    area: 'node',
    summary: 'Events, as a WebSocket or as server-sent events',
    input: z.object({
      topics: z
        .string()
        .max(4000)
        .optional()
        .meta({ description: 'With commas between them; none: the usual ones' }),
    }),
    responseType: 'text/event-stream',
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    area: 'node',
    summary: 'Metrics in the Prometheus text format',
    input: z.object({}),
    responseType: 'text/plain',
  },
  getOpenApi: {
    method: 'GET',
    path: '/api/openapi.json',
    area: 'node',
    summary: 'This API, described in OpenAPI 3.1',
    input: z.object({}),
    responseType: 'application/json',
  },
} as const satisfies Record<string, ByteRoute>
