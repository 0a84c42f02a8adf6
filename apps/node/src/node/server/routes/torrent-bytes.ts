/** Downloads and uploads of `.torrent` files. */
import { BYTE_ROUTES, type NodeOperations } from '@shoal/api'
import { badRequest, byteInput, leaving, readBody, routePath, tooLarge } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RunningNode } from '../../kernel/contract.ts'
import { fileDisposition } from './disposition.ts'

/** The size of 40 MB of base64, decoded. */
const MAX_TORRENT_BYTES = 30_000_000

export function addMetainfoRoute(scope: FastifyInstance, { files }: RunningNode): void {
  scope.get(routePath(BYTE_ROUTES.getMetainfo.path), async (request, reply) => {
    const { name, bytes } = await files.metainfo(byteInput(BYTE_ROUTES.getMetainfo, request).id)
    const { contentType, disposition } = fileDisposition(`${name}.torrent`, 'application/x-bittorrent')
    reply.type(contentType).header('content-disposition', disposition)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  })
}

/** In a separate scope, since its body is the file. */
export function addTorrentUploadRoute(
  scope: FastifyInstance,
  operationsFor: (request: FastifyRequest) => NodeOperations,
): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    /^application\/(?:x-bittorrent|octet-stream)\s*(;|$)/i,
    async (request: FastifyRequest, payload: FastifyRequest['raw']) => {
      if (Number(request.headers['content-length'] ?? 0) > MAX_TORRENT_BYTES)
        throw tooLarge(MAX_TORRENT_BYTES)
      return readBody(payload, MAX_TORRENT_BYTES)
    },
  )
  scope.post(BYTE_ROUTES.uploadTorrent.path, async (request, reply) => {
    const options = byteInput(BYTE_ROUTES.uploadTorrent, request)
    const body = request.body as Buffer | undefined
    if (!body || body.length === 0) throw badRequest('body', 'the body is empty: send a .torrent')
    const torrent = body.toString('base64')
    return operationsFor(request).addTorrent({ ...options, torrent }, { signal: leaving(reply) })
  })
}
