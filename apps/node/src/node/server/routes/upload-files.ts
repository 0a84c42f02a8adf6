import { BYTE_ROUTES } from '@shoal/api'
import { badRequest, byteInput, leaving, routePath } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { NodeFiles } from '../../kernel/contract.ts'

/** A client that sends nothing for this long counts as disconnected. */
const SILENCE_MS = 120_000

/**
 * Receives content to share, streamed to disk, of any size. In a separate scope, since bodies are
 * any bytes.
 */
export function addUploadFileRoute(scope: FastifyInstance, files: NodeFiles): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    '*',
    (_request: FastifyRequest, _payload: unknown, done: (error: null) => void) => done(null),
  )
  scope.put(routePath(BYTE_ROUTES.putUploadFile.path), async (request, reply) => {
    const { id, path } = byteInput(BYTE_ROUTES.putUploadFile, request)
    return files.receive(id, path, bodyOf(request), { signal: leaving(reply) })
  })
}

// Reads the socket only as fast as the chunks are consumed. Leaving early does not destroy the
// request: the response still has to be sent.
async function* bodyOf({ raw }: FastifyRequest): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => raw.destroy(), SILENCE_MS)
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      yield chunk as Buffer
      silence.refresh()
    }
  } catch {
    throw badRequest('body', 'the body ended early')
  } finally {
    clearTimeout(silence)
  }
}
