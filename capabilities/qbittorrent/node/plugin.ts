/**
 * qBittorrent's Web API at `/api/v2`, for all tools that control a qBittorrent, except `search`.
 */

import { isFromHttps, markAuthenticated } from '@shoal/daemon/http'
import type { HttpScope } from '@shoal/node/node/kernel/http-scope.ts'
import { TOKEN_USER } from '@shoal/node/node/server/access/access.ts'
import { basicCredentials, bearerToken, isFromOtherSite } from '@shoal/node/node/server/access/credentials.ts'
import { codeOf, createCall } from '@shoal/node/node/server/compat/call.ts'
import { DetailCache } from '@shoal/node/node/server/compat/detail-cache.ts'
import { MAX_BODY_BYTES, takeBodies } from '@shoal/node/node/server/compat/take-bodies.ts'
import type { CompatPlugin } from '@shoal/node/node/server/server.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, Reply, toStatus, type WebMethods } from './answer.ts'
import { APP_METHODS } from './app.ts'
import type { KeptStore } from './kept-store.ts'
import { LOG_METHODS } from './log.ts'
import { readParams } from './params.ts'
import { FEED_METHODS } from './rss.ts'
import { RULE_METHODS } from './rss-rules.ts'
import { ENDED_COOKIE, Sessions, sessionCookie, sessionId } from './sessions.ts'
import { SYNC_METHODS } from './sync.ts'
import { SyncMemories } from './sync-memory.ts'
import { ACTING_METHODS } from './torrents-act.ts'
import { ADDING_METHODS } from './torrents-add.ts'
import { LABEL_METHODS } from './torrents-labels.ts'
import { METADATA_METHODS } from './torrents-metadata.ts'
import { READING_METHODS } from './torrents-read.ts'
import { SOURCE_METHODS } from './torrents-sources.ts'
import { TRANSFER_METHODS } from './transfer.ts'

const PATH = '/api/v2'
const MAX_LOGIN_BYTES = 16_384
/**
 * Maximum number of clients that receive only changes; others get the complete list in every
 * answer.
 */
const MOST_MEMORIES = 16

/** Methods by the end of their path. */
export const METHODS: WebMethods = {
  ...APP_METHODS,
  ...LOG_METHODS,
  ...SYNC_METHODS,
  ...TRANSFER_METHODS,
  ...READING_METHODS,
  ...METADATA_METHODS,
  ...ACTING_METHODS,
  ...ADDING_METHODS,
  ...SOURCE_METHODS,
  ...LABEL_METHODS,
  ...FEED_METHODS,
  ...RULE_METHODS,
}

export const qbittorrentApi =
  (kept: KeptStore): CompatPlugin =>
  scope => {
    const { app, node } = scope
    const sessions = new Sessions()
    const memories = new SyncMemories(MOST_MEMORIES)
    const call = createCall(node.remoteOperations)
    const guestCall = createCall(node.guestOperations)
    const facts = new DetailCache(call)
    app.removeAllContentTypeParsers()
    takeBodies(app)
    app.setErrorHandler((error, request, reply) => refuse(error, request, reply, scope))
    app.post(`${PATH}/auth/login`, { bodyLimit: MAX_LOGIN_BYTES }, (request, reply) =>
      login(request, reply, sessions, scope),
    )
    app.post(`${PATH}/auth/logout`, { bodyLimit: MAX_LOGIN_BYTES }, async (request, reply) => {
      const id = sessionId(request.headers.cookie)
      if (id !== null) {
        sessions.close(id)
        memories.forget(id)
      }
      return reply.header('set-cookie', ENDED_COOKIE).send()
    })
    const asked = new WeakMap<FastifyRequest, Client>()
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      const client = await identifyClient(request, sessions, scope)
      if (client === null) return reply.code(403).type('text/plain').send('Forbidden')
      markAuthenticated(request.raw)
      asked.set(request, client)
    }
    for (const [name, method] of Object.entries(METHODS))
      app.route({
        method: method.changes ? ['POST'] : ['GET', 'POST'],
        url: `${PATH}/${name}`,
        bodyLimit: MAX_BODY_BYTES,
        onRequest,
        handler: async (request, reply) => {
          const params = await readParams(request.url, request.headers['content-type'], request.body)
          const { id: client, isOwner } = asked.get(request)!
          const allowed = isOwner ? call : guestCall
          const { localAddress: address = '', localPort: port = 0 } = request.socket
          const web = { address, port, userName: scope.access.userName }
          return send(
            await method.run(params, { node, call: allowed, facts, memories, client, web, kept }),
            reply,
          )
        },
      })
    app.route({
      method: ['GET', 'POST'],
      url: `${PATH}/*`,
      onRequest,
      handler: async (_, reply) => reply.code(404).type('text/plain; charset=UTF-8').send('Not Found'),
    })
    const onlyPost = async (_: FastifyRequest, reply: FastifyReply) =>
      reply.code(405).header('allow', 'POST').type('text/plain; charset=UTF-8').send('Method Not Allowed')
    app.get(`${PATH}/auth/login`, onlyPost)
    app.get(`${PATH}/auth/logout`, { onRequest }, onlyPost)
    // Following a link must not change anything.
    for (const [name, method] of Object.entries(METHODS))
      if (method.changes) app.get(`${PATH}/${name}`, { onRequest }, onlyPost)
  }

function send(answer: Answer, reply: FastifyReply): FastifyReply {
  if (answer === undefined) return reply.type('text/plain; charset=UTF-8').send('')
  if (typeof answer === 'string') return reply.type('text/plain; charset=UTF-8').send(answer)
  if (answer instanceof Reply) return reply.code(answer.status).headers(answer.headers).send(answer.body)
  // The media type that 4.6 uses for a .torrent.
  if (answer instanceof Uint8Array) return reply.type('text/plain; charset=UTF-8').send(Buffer.from(answer))
  return reply.type('application/json').send(JSON.stringify(answer))
}

async function login(
  request: FastifyRequest,
  reply: FastifyReply,
  sessions: Sessions,
  { access }: HttpScope,
): Promise<FastifyReply> {
  const params = await readParams(request.url, request.headers['content-type'], request.body)
  reply.type('text/plain; charset=UTF-8')
  try {
    const [username, password] = [params.text('username'), params.text('password')]
    if (!(await access.checkPassword(username, password, request))) return reply.send('Fails.')
    const cookie = sessionCookie(
      sessions.open(access.isToken(username, password)),
      isFromHttps(request.headers),
    )
    return reply.header('set-cookie', cookie).send('Ok.')
  } catch (error) {
    if (codeOf(error) !== 'too-many-attempts') throw error
    return reply
      .code(403)
      .send('Your IP address has been banned after too many failed authentication attempts.')
  }
}

interface Client {
  readonly id: string
  readonly isOwner: boolean
}

/**
 * Identifies the client by the cookie, otherwise by the request's credentials: the node's user name
 * and password, or its token as a key. Null for unknown clients.
 */
async function identifyClient(
  request: FastifyRequest,
  sessions: Sessions,
  { access }: HttpScope,
): Promise<Client | null> {
  const { cookie, authorization } = request.headers
  const id = sessionId(cookie)
  const session = id === null ? null : sessions.use(id)
  if (id !== null && session) return { id, isOwner: session.isOwner }
  if (authorization === undefined || isFromOtherSite(request)) return null
  const token = bearerToken(authorization)
  const pair = token === null ? basicCredentials(authorization) : { username: TOKEN_USER, password: token }
  if (!pair || !(await access.checkPassword(pair.username, pair.password, request))) return null
  return { id: request.ip, isOwner: access.isToken(pair.username, pair.password) }
}

function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { node }: HttpScope,
): FastifyReply {
  const { statusCode, message, stack } = error as Error & { statusCode?: number }
  const isBanned = codeOf(error) === 'too-many-attempts'
  const status = isBanned ? 403 : (statusCode ?? toStatus(error))
  reply.code(status).type('text/plain; charset=UTF-8')
  if (status < 500) return reply.send(message)
  node.log.error(`qBittorrent's ${request.routeOptions.url ?? 'API'} failed: ${stack ?? message}`)
  return reply.send('internal error: see the log of Shoal')
}
