/** Routes for bytes instead of JSON. The documentation lists them together with the operations. */

import { z } from 'zod'
import type { Effect } from './contract.ts'
import { SOURCES } from './contracts/sources.ts'
import { type ErrorTable, OUTSIDE_ERRORS, withStatus } from './errors.ts'
import type { OperationName } from './operations.ts'
import { FileIndex, Id, TorrentId } from './schemas/common.ts'
import { SECRETS } from './schemas/names.ts'
import { SealedId } from './schemas/sealed.ts'
import { AddTorrent } from './schemas/torrent.ts'

export interface ByteRoute {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly area: string
  readonly summary: string
  readonly effect: Effect
  /** See `Operation.errors`. */
  readonly errors?: ErrorTable
  /** Members named in braces in `path` are part of the path, others of the query. */
  readonly input: z.ZodObject
  readonly requestType?: string
  readonly responseType?: string
  /** The operation whose JSON output it returns, if it does not return bytes. */
  readonly answersLike?: OperationName
  /** Whether it supports `Range` requests (RFC 9110 section 14). */
  readonly ranges?: boolean
}

const NO_METADATA = { 'no-metadata': { status: 409, field: 'id' } } satisfies ErrorTable

const One = z.object({ id: TorrentId })
const Path = z.string().min(1).max(8192).meta({ description: 'Folders are separated by `/`' })

export const BYTE_ROUTES = {
  readFile: {
    method: 'GET',
    path: '/files/{id}/{path}',
    effect: 'outside',
    errors: { ...NO_METADATA, ...OUTSIDE_ERRORS, ...withStatus(416, 'range-not-satisfiable') },
    area: 'files',
    summary: 'Read a file, even while it downloads: missing pieces are fetched first',
    input: One.extend({
      path: Path,
      key: z
        .string()
        .max(100)
        .register(SECRETS, { isWhole: true })
        .optional()
        .meta({ description: 'A key of a playlist' }),
    }),
    responseType: 'application/octet-stream',
    ranges: true,
  },
  readSealedFile: {
    method: 'GET',
    path: '/api/sealed/{id}/files/{index}',
    effect: 'outside',
    errors: {
      ...OUTSIDE_ERRORS,
      ...withStatus(403, 'wrong-key', 'wrong-passphrase'),
      ...withStatus(416, 'range-not-satisfiable'),
    },
    area: 'files',
    summary: 'Read a file in an opened sealed share, decrypted, even while it downloads',
    input: z.object({ id: SealedId, index: FileIndex }),
    responseType: 'application/octet-stream',
    ranges: true,
  },
  getMetainfo: {
    method: 'GET',
    path: '/api/torrents/{id}/metainfo',
    effect: 'read',
    errors: NO_METADATA,
    area: 'torrents',
    summary: 'Download the .torrent file',
    input: One,
    responseType: 'application/x-bittorrent',
  },
  getPlaylist: {
    method: 'GET',
    path: '/api/torrents/{id}/playlist.m3u',
    effect: 'read',
    errors: NO_METADATA,
    area: 'files',
    summary: 'Get a playlist of the video and audio files; its key opens only these files, for one day',
    input: One,
    responseType: 'audio/x-mpegurl',
  },
  uploadTorrent: {
    method: 'POST',
    path: '/api/torrents/upload',
    effect: 'write',
    errors: SOURCES.operations.addTorrent.errors!,
    area: 'torrents',
    summary: 'Add a .torrent file, sent as the body; the query takes the options of addTorrent',
    input: AddTorrent.omit({ source: true, torrent: true }),
    requestType: 'application/x-bittorrent',
    answersLike: 'addTorrent',
  },
  putUploadFile: {
    method: 'PUT',
    path: '/api/uploads/{id}/files/{path}',
    effect: 'write',
    errors: withStatus(409, 'conflict'),
    area: 'uploads',
    summary: 'Send one file of an upload as the body',
    input: z.object({ id: Id, path: Path }),
    requestType: 'application/octet-stream',
    answersLike: 'getUpload',
  },
  getEvents: {
    method: 'GET',
    path: '/api/events',
    effect: 'read',
    errors: withStatus(429, 'too-many-clients'),
    area: 'node',
    summary: 'Receive events over a WebSocket or as server-sent events',
    input: z.object({
      topics: z
        .string()
        .max(4000)
        .optional()
        .meta({ description: 'Separated by commas. Default: the usual topics' }),
    }),
    responseType: 'text/event-stream',
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    effect: 'read',
    area: 'node',
    summary: 'Get metrics in the Prometheus text format',
    input: z.object({}),
    responseType: 'text/plain',
  },
  getOpenApi: {
    method: 'GET',
    path: '/api/openapi.json',
    effect: 'read',
    area: 'node',
    summary: 'Get the OpenAPI 3.1 description of this API',
    input: z.object({}),
    responseType: 'application/json',
  },
} as const satisfies Record<string, ByteRoute>
