/** The operations about the client's own access. */
import {
  type Access as AccessAnswer,
  type CheckedInputOf,
  type LoginSession,
  type NodeOperations,
  OPERATIONS,
} from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { isFromHttps, isOriginOf, readInput, routePath } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Access, Identity } from '../access/access.ts'
import { sessionCookies, setSessionCookie } from '../access/credentials.ts'
import { DEVICE_SESSION_SECONDS, SESSION_SECONDS } from '../access/sessions.ts'

/** `login` and `getAccess` are for clients that are not logged in yet; `logout` too, since a session may have ended by itself. */
export function addAccessRoutes(scope: FastifyInstance, access: Access): void {
  const { login, logout, getAccess, createChallenge, loginWithDevice } = OPERATIONS
  const answer = (identity: Identity | null): AccessAnswer => ({
    username: identity?.username ?? null,
    by: identity?.by ?? 'none',
    password: access.hasPassword,
  })
  scope.route({
    method: login.method,
    url: login.path,
    bodyLimit: 16 * 1024,
    handler: async (request, reply) => {
      const { username, password } = readInput(login, request) as CheckedInputOf<'login'>
      const secret = await access.login(username, password, request)
      reply.header(
        'set-cookie',
        setSessionCookie(request, { secret, secure: isFromHttps(request.headers) }, SESSION_SECONDS),
      )
      return answer({ username, by: 'session' })
    },
  })
  scope.post(createChallenge.path, async request => {
    readInput(createChallenge, request)
    return access.challenge(request)
  })
  scope.route({
    method: loginWithDevice.method,
    url: loginWithDevice.path,
    bodyLimit: 16 * 1024,
    handler: async request => {
      const input = readInput(loginWithDevice, request) as CheckedInputOf<'loginWithDevice'>
      // The guard lets through only names of this node.
      if (!isOriginOf(input.audience, request.headers.host ?? ''))
        throw new Failure('bad-login', 'this login was signed for another address', { field: 'audience' })
      const { username, session } = await access.loginWithDevice(input, request)
      return { username, session, idleSeconds: DEVICE_SESSION_SECONDS }
    },
  })
  scope.delete(logout.path, async (request, reply) => {
    readInput(logout, request)
    access.logout(request)
    const cookies = sessionCookies(request)
    for (const secure of new Set([isFromHttps(request.headers), ...cookies.map(each => each.secure)]))
      reply.header('set-cookie', setSessionCookie(request, { secret: '', secure }, 0))
    return answer(null)
  })
  scope.get(getAccess.path, async (request, reply) => {
    readInput(getAccess, request)
    const identity = await access.identify(request)
    // This extends the session, and the cookie with it.
    const [cookie] = sessionCookies(request)
    if (identity?.by === 'session' && cookie)
      reply.header('set-cookie', setSessionCookie(request, cookie, SESSION_SECONDS))
    return answer(identity)
  })
}

export interface SessionParts {
  readonly access: Access
  /** Returns the sender of a request that was let in. */
  readonly senderOf: (request: FastifyRequest) => Identity
}

/** For clients that are logged in. */
export function addSessionRoutes(scope: FastifyInstance, { access, senderOf }: SessionParts): void {
  const { listSessions, endSession, endOtherSessions } = OPERATIONS
  const list = (request: FastifyRequest): { items: LoginSession[] } => {
    const own = access.sessionOf(request)
    const items = access.sessionsFor(senderOf(request)).map(({ userName, device, ...session }) => ({
      ...session,
      username: userName,
      device: device !== null,
      current: session.id === own,
    }))
    return { items }
  }
  scope.get(listSessions.path, async request => {
    readInput(listSessions, request)
    return list(request)
  })
  scope.delete(routePath(endSession.path), async request => {
    const { id } = readInput(endSession, request) as CheckedInputOf<'endSession'>
    if (!list(request).items.some(session => session.id === id))
      throw new Failure('not-found', `there is no session ${id}: it may have ended`, { field: 'id' })
    access.endSession(id)
    return list(request)
  })
  scope.delete(endOtherSessions.path, async request => {
    readInput(endOtherSessions, request)
    for (const { id, current } of list(request).items) if (!current) access.endSession(id)
    return list(request)
  })
}

/** Everybody may know whether there are problems; only those with access receive the list. */
export function addHealthRoute(scope: FastifyInstance, operations: NodeOperations, access: Access): void {
  scope.get(OPERATIONS.getHealth.path, async request => {
    readInput(OPERATIONS.getHealth, request)
    const health = await operations.getHealth({})
    return (await access.identify(request)) ? health : { status: health.status }
  })
}
