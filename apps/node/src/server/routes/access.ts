/** The operations that are about the one who asks. */
import { type Access as AccessAnswer, type CheckedInputOf, type NodeOperations, OPERATIONS } from '@shoal/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, Identity } from '../access/access.ts'
import { sessionCookie, setSessionCookie } from '../access/credentials.ts'
import { SESSION_SECONDS } from '../access/sessions.ts'
import { inputOf } from '../request/input.ts'

/** `login` and `getAccess` are for those who have not proved anything yet; `logout` too: a session may have ended by itself. */
export function addAccessRoutes(scope: FastifyInstance, access: Access): void {
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
      const { username, password } = inputOf(login, request) as CheckedInputOf<'login'>
      const secret = await access.login(username, password, request)
      setCookie(request, reply, secret, SESSION_SECONDS)
      return answer({ username, by: 'session' })
    },
  })
  scope.delete(logout.path, async (request, reply) => {
    inputOf(logout, request)
    access.logout(request)
    setCookie(request, reply, '', 0)
    return answer(null)
  })
  scope.get(getAccess.path, async (request, reply) => {
    inputOf(getAccess, request)
    const identity = await access.identify(request)
    // The session goes on from here, and the cookie with it.
    if (identity?.by === 'session')
      setCookie(request, reply, sessionCookie(request.headers.cookie)!, SESSION_SECONDS)
    return answer(identity)
  })
}

/** What is wrong is for those who may know; whether anything is, for everybody. */
export function addHealthRoute(scope: FastifyInstance, operations: NodeOperations, access: Access): void {
  scope.get(OPERATIONS.getHealth.path, async request => {
    inputOf(OPERATIONS.getHealth, request)
    const health = await operations.getHealth({})
    return (await access.identify(request)) ? health : { status: health.status }
  })
}

function setCookie(request: FastifyRequest, reply: FastifyReply, secret: string, seconds: number): void {
  // The node speaks http; its page's origin tells of a proxy in front that speaks https.
  const secure = /^https:/i.test(request.headers.origin ?? '')
  reply.header('set-cookie', setSessionCookie(secret, seconds, secure))
}
