/** The operations about the client's own access. */
import { type Access as AccessAnswer, type CheckedInputOf, type NodeOperations, OPERATIONS } from '@shoal/api'
import type { FastifyInstance } from 'fastify'
import type { Access, Identity } from '../access/access.ts'
import { sessionCookies, setSessionCookie } from '../access/credentials.ts'
import type { LastingAnswers } from '../access/lasting-answers.ts'
import { SESSION_SECONDS } from '../access/sessions.ts'
import { isFromHttps } from '../guard/origin.ts'
import { readInput } from '../request/input.ts'

/** `login` and `getAccess` are for clients that are not logged in yet; `logout` too, since a session may have ended by itself. */
export function addAccessRoutes(scope: FastifyInstance, access: Access, lasting: LastingAnswers): void {
  const { login, logout, getAccess } = OPERATIONS
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
  scope.delete(logout.path, async (request, reply) => {
    readInput(logout, request)
    access.logout(request)
    const cookies = sessionCookies(request)
    for (const { secret } of cookies) lasting.endSession(secret)
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

/** Everybody may know whether there are problems; only those with access receive the list. */
export function addHealthRoute(scope: FastifyInstance, operations: NodeOperations, access: Access): void {
  scope.get(OPERATIONS.getHealth.path, async request => {
    readInput(OPERATIONS.getHealth, request)
    const health = await operations.getHealth({})
    return (await access.identify(request)) ? health : { status: health.status }
  })
}
