/** The bytes of files, also during a download: those of torrents, and those in sealed shares. */
import { Readable } from 'node:stream'
import { BYTE_ROUTES } from '@shoal/api'
import { byteInput, leaving, routePath } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NodeFiles, ReadableFile } from '../../kernel/contract.ts'
import type { Access } from '../access/access.ts'
import { type Disposition, fileDisposition } from './disposition.ts'
import { FILE_HEADERS } from './headers.ts'
import { parseRange } from './range.ts'

export function addFileRoute(scope: FastifyInstance, files: NodeFiles, access: Access): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const { id, path } = byteInput(BYTE_ROUTES.readFile, request)
    // Before the first await: the session may end in the meantime.
    endWithSession(access, access.sessionOf(request), reply)
    return sendFile(await files.open(id, path), request, reply)
  }
  // Fastify's own HEAD would respond with the length of what it sends.
  scope.route({ method: ['GET', 'HEAD'], url: routePath(BYTE_ROUTES.readFile.path), handler })
}

/**
 * `/api/sealed/{id}/files/{index}`: the decrypted bytes of a file in a sealed share, for the
 * session that opened it.
 */
export function addSealedFileRoute(scope: FastifyInstance, files: NodeFiles, access: Access): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const { id, index } = byteInput(BYTE_ROUTES.readSealedFile, request)
    const session = access.sessionOf(request)
    endWithSession(access, session, reply)
    const file = await files.openSealed(id, index, session)
    // Browsers must not store decrypted data.
    return sendFile(file, request, reply, { headers: { 'cache-control': 'private, no-store' } })
  }
  scope.route({ method: ['GET', 'HEAD'], url: routePath(BYTE_ROUTES.readSealedFile.path), handler })
}

function endWithSession(access: Access, session: number | null, reply: FastifyReply): void {
  const forget = access.lasting.add(session, () => reply.raw.destroy())
  reply.raw.once('close', forget)
}

/** Responds with the file or the requested range. `headers` replace the default ones. */
export function sendFile(
  file: ReadableFile,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    headers = {},
    disposed = fileDisposition(file.name, file.mediaType),
  }: { headers?: Readonly<Record<string, string>>; disposed?: Disposition } = {},
): FastifyReply {
  const tag = etag(file)
  const { contentType, disposition } = disposed
  reply.headers({
    ...FILE_HEADERS,
    ...headers,
    etag: tag,
    'accept-ranges': 'bytes',
    'content-disposition': disposition,
  })
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send()
  reply.type(contentType)
  return send(file, tag, request, reply)
}

function send(
  file: ReadableFile,
  tag: string,
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { lengthBytes } = file
  // RFC 9110 section 13.1.5: a range of another version would not fit the bytes that the client
  // has.
  const ifRange = headers['if-range']
  const fits = ifRange === undefined || (ifRange === tag && !tag.startsWith('W/'))
  const part = fits ? parseRange(headers.range, lengthBytes) : null
  const { start, end } = part ?? { start: 0, end: lengthBytes }
  if (part) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${lengthBytes}`)
  reply.header('content-length', end - start)
  if (method === 'HEAD' || start === end) return reply.send('')
  return reply.send(createStream(file, start, end, leaving(reply)))
}

// Requests a chunk only when the socket has taken the previous ones. Waits for pieces no longer
// than the client does.
function createStream(file: ReadableFile, start: number, end: number, signal: AbortSignal): Readable {
  return Readable.from(untilLeft(file.read({ start, end, signal }), signal), {
    objectMode: false,
    highWaterMark: 256 * 1024,
  })
}

// A disconnecting client is not an error worth reporting.
async function* untilLeft(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function etag({ etag }: ReadableFile): string {
  return /^(?:W\/)?"[^"]*"$/.test(etag) ? etag : `"${etag.replace(/[^\x21\x23-\x7e]/g, '_')}"`
}

function matches(header: string | undefined, tag: string): boolean {
  const given = header?.split(',').map(each => each.trim().replace(/^W\//, ''))
  return given !== undefined && (given.includes(tag.replace(/^W\//, '')) || given.includes('*'))
}
