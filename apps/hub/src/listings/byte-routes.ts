/** Routes of listings for binary data: thumbnails and `.torrent` files. */
import { Failure } from '@shoal/daemon/failure'
import { markAuthenticated, readBody } from '@shoal/daemon/http'
import { MAX_THUMBNAIL_BYTES, MAX_TORRENT_BYTES } from '@shoal/hub-api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller, Callers } from '../kernel/callers.ts'
import type { FeedReaders } from './feeds/feed-readers.ts'
import { TORRENT_TYPE } from './feeds/source.ts'
import type { HubListings } from './hub-listings.ts'

/** A thumbnail is addressed by its hash. It is always served as a picture, never as a page. */
const PICTURE_HEADERS = {
  'cache-control': 'private, max-age=31536000, immutable',
  'content-disposition': 'inline',
  'content-security-policy': "default-src 'none'; sandbox",
}
const THUMBNAILS = '/api/listings/:id/thumbnails'
const TORRENT = '/api/listings/:id/torrent'

export interface ByteParts {
  readonly callers: Callers
  readonly listings: HubListings
  readonly readers: FeedReaders
  thumbnail(id: string, name: string): Promise<{ readonly type: string; readonly bytes: Uint8Array } | null>
  torrent(id: string): Promise<Uint8Array | null>
}

interface Named {
  readonly Params: { readonly id: string; readonly name: string }
}

export function addByteRoutes(
  scope: FastifyInstance,
  { callers, listings, readers, ...parts }: ByteParts,
): void {
  // The body is bytes, whatever its declared type.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  scope.post<Named>(THUMBNAILS, { bodyLimit: MAX_THUMBNAIL_BYTES }, async request => {
    const caller = await member(callers, request)
    return listings.addThumbnail(request.params.id, await bodyOf(request, MAX_THUMBNAIL_BYTES), caller)
  })
  scope.put<Named>(TORRENT, { bodyLimit: MAX_TORRENT_BYTES }, async request => {
    const caller = await member(callers, request)
    return listings.setTorrent(request.params.id, await bodyOf(request, MAX_TORRENT_BYTES), caller)
  })
  scope.get<Named>(`${THUMBNAILS}/:name`, async ({ params: { id, name }, headers }, reply) => {
    await listings.read(id, await callers.of(headers))
    const thumbnail = await parts.thumbnail(id, name)
    if (!thumbnail) throw absent('thumbnail')
    return reply.headers(PICTURE_HEADERS).type(thumbnail.type).send(Buffer.from(thumbnail.bytes))
  })
  scope.get<Named>(TORRENT, async ({ params: { id }, headers, query, ip }, reply) => {
    const { key } = query as { key?: unknown }
    const reader = typeof key === 'string' ? await readers.of(key, ip) : await callers.of(headers)
    await listings.read(id, reader)
    const torrent = await parts.torrent(id)
    if (!torrent) throw absent('.torrent')
    return reply
      .headers({ 'content-disposition': `attachment; filename="${id}.torrent"` })
      .type(TORRENT_TYPE)
      .send(Buffer.from(torrent))
  })
}

async function member(callers: Callers, { headers, raw }: FastifyRequest): Promise<Caller> {
  const caller = await callers.of(headers)
  if (caller) {
    markAuthenticated(raw)
    return caller
  }
  throw new Failure('unauthorized', 'this is for members of the hub: log in', { field: 'authorization' })
}

async function bodyOf({ raw }: FastifyRequest, limitBytes: number): Promise<Uint8Array> {
  return new Uint8Array(await readBody(raw, limitBytes))
}

function absent(what: string): Failure {
  return new Failure('not-found', `this listing has no such ${what}`, { field: 'id' })
}
