/**
 * Transmission's RPC at `/transmission/rpc`, for all tools that control a Transmission
 * (docs/rpc-spec.md, rpc-version 17).
 */
import { randomBytes } from 'node:crypto'
import { markAuthenticated } from '@shoal/daemon/http'
import type { HttpScope } from '@shoal/node/node/kernel/http-scope.ts'
import { basicCredentials, isFromOtherSite } from '@shoal/node/node/server/access/credentials.ts'
import { codeOf, createCall } from '@shoal/node/node/server/compat/call.ts'
import { DetailCache } from '@shoal/node/node/server/compat/detail-cache.ts'
import { MAX_BODY_BYTES, takeBodies } from '@shoal/node/node/server/compat/take-bodies.ts'
import type { CompatPlugin } from '@shoal/node/node/server/server.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RpcContext } from './context.ts'
import { answerRpc } from './rpc.ts'
import { TorrentNumbers } from './torrent-numbers.ts'

export const TRANSMISSION_PATH = '/transmission/rpc'
/**
 * transmission-remote expects exactly this capitalization, so it is set without Fastify, which
 * writes all names in lower case.
 */
const SESSION_HEADER = 'X-Transmission-Session-Id'

export const transmissionApi: CompatPlugin = scope => {
  const { app } = scope
  const context = createContext(scope)
  const guestContext = { ...context, call: createCall(scope.node.guestOperations) }
  const owners = new WeakSet<FastifyRequest>()
  app.addHook('onClose', async () => context.numbers.close())
  app.removeAllContentTypeParsers()
  // Clients send JSON with many content types, most often curl's form type.
  takeBodies(app)
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    // Only a page that can read responses knows the session id: credentials from others are not
    // checked.
    if (isFromOtherSite(request) && !isFromHere(request, reply, context.sessionId)) return reply
    const given = basicCredentials(request.headers.authorization ?? '')
    if (!(await isAllowed(given, request, reply, scope))) return reply
    if (!isFromHere(request, reply, context.sessionId)) return reply
    markAuthenticated(request.raw)
    if (given && scope.access.isToken(given.username, given.password)) owners.add(request)
  }
  // Browser extensions control a Transmission too. The session id keeps other sites' pages out:
  // they cannot read it.
  const config = { anyOrigin: true }
  // transmission-remote ends the path with a slash.
  for (const path of [TRANSMISSION_PATH, `${TRANSMISSION_PATH}/`]) {
    app.post(path, { onRequest, config, bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const asked = parse(request.body)
      if (asked !== undefined) return answerRpc(asked, owners.has(request) ? context : guestContext)
      return reply.code(400).send({ result: 'the request is not JSON', arguments: {} })
    })
    app.get(path, { onRequest }, async (_, reply) =>
      reply.code(405).header('allow', 'POST').type('text/plain').send('405: Method Not Allowed'),
    )
  }
}

function createContext({ node }: HttpScope): RpcContext {
  const call = createCall(node.remoteOperations)
  return {
    node,
    call,
    numbers: new TorrentNumbers(node.events),
    facts: new DetailCache(call),
    remembered: new Map(),
    sessionId: randomBytes(36).toString('base64url'),
  }
}

/** HTTP Basic (rpc-spec 2.3.3). */
async function isAllowed(
  given: ReturnType<typeof basicCredentials>,
  request: FastifyRequest,
  reply: FastifyReply,
  { access }: HttpScope,
): Promise<boolean> {
  try {
    if (given && (await access.checkPassword(given.username, given.password, request))) return true
  } catch (error) {
    if (codeOf(error) !== 'too-many-attempts') throw error
    reply
      .code(403)
      .type('text/plain')
      .send('403: Forbidden: too many unsuccessful login attempts, try again later')
    return false
  }
  reply.code(401).header('www-authenticate', 'Basic realm="Transmission", charset="UTF-8"')
  reply.type('text/plain').send('401: Unauthorized')
  return false
}

/** Pages of other sites do not know the session id (rpc-spec 2.3.1). */
function isFromHere(request: FastifyRequest, reply: FastifyReply, sessionId: string): boolean {
  reply.raw.setHeader(SESSION_HEADER, sessionId)
  if (request.headers['x-transmission-session-id'] === sessionId) return true
  reply.code(409).type('text/plain')
  reply.send(`409: Conflict: send the request again with ${SESSION_HEADER}: ${sessionId}`)
  return false
}

function parse(body: unknown): unknown {
  if (!(body instanceof Uint8Array)) return undefined
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
