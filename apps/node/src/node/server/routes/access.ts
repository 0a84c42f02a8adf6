/** Operations on the client's own access. */
import {
  type Access as AccessAnswer,
  type CheckedInputOf,
  type LoginSession,
  type NodeOperations,
  type NodePasskey,
  OPERATIONS,
} from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { type Hosts, isFromHttps, readInput, routePath } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, Identity } from '../access/access.ts'
import { sessionCookies, setSessionCookie } from '../access/credentials.ts'
import { DEVICE_SESSION_SECONDS, SESSION_SECONDS, type SessionRecord } from '../access/sessions.ts'

export interface AccessParts {
  readonly access: Access
  readonly hosts: Pick<Hosts, 'owns'>
}

/**
 * `login` and `getAccess` are for clients that are not logged in yet; so is `logout`, since a
 * session may have expired.
 */
export function addAccessRoutes(scope: FastifyInstance, { access, hosts }: AccessParts): void {
  const { login, logout, getAccess, createChallenge, loginWithDevice, requestPasskey, loginWithPasskey } =
    OPERATIONS
  const answer = (identity: Identity | null): AccessAnswer => ({
    username: identity?.username ?? null,
    by: identity?.by ?? 'none',
    password: access.hasPassword,
    passkeys: access.passkeys.list().length > 0,
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
      if (!hosts.owns(input.audience, request))
        throw new Failure(
          'bad-login',
          'this login was signed for another address: behind a proxy, start the node with --allowed-host and --public-url',
          { field: 'audience' },
        )
      const { username, session } = await access.loginWithDevice(input, request)
      return { username, session, idleSeconds: DEVICE_SESSION_SECONDS }
    },
  })
  scope.post(requestPasskey.path, async request => {
    readInput(requestPasskey, request)
    return access.passkeys.request(originOf(request, hosts))
  })
  scope.route({
    method: loginWithPasskey.method,
    url: loginWithPasskey.path,
    bodyLimit: 32 * 1024,
    handler: async (request, reply) => {
      const input = readInput(loginWithPasskey, request) as CheckedInputOf<'loginWithPasskey'>
      const origin = originOf(request, hosts)
      const { username, secret } = await access.loginWithPasskey(input.answer, origin, request)
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
    for (const secure of new Set([isFromHttps(request.headers), ...cookies.map(each => each.secure)]))
      reply.header('set-cookie', setSessionCookie(request, { secret: '', secure }, 0))
    return answer(null)
  })
  scope.get(getAccess.path, async (request, reply) => {
    readInput(getAccess, request)
    const identity = await access.identify(request)
    // This extends the session, so extend the cookie, too.
    const [cookie] = sessionCookies(request)
    if (identity?.by === 'session' && cookie)
      reply.header('set-cookie', setSessionCookie(request, cookie, SESSION_SECONDS))
    return answer(identity)
  })
}

export interface SessionParts extends AccessParts {
  /** Returns the sender of an authorized request. */
  readonly senderOf: (request: FastifyRequest) => Identity
}

/** For clients that are logged in. */
export function addSessionRoutes(scope: FastifyInstance, { access, hosts, senderOf }: SessionParts): void {
  const { listSessions, endSession, endOtherSessions } = OPERATIONS
  const { listPasskeys, requestNewPasskey, addPasskey, removePasskey } = OPERATIONS
  const list = (request: FastifyRequest): { items: LoginSession[] } => {
    const own = access.sessionOf(request)
    const items = access.sessionsFor(senderOf(request)).map(session => ({
      ...shownSession(session),
      by: access.openedBy(session),
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
  const passkeys = (request: FastifyRequest): { items: NodePasskey[] } => ({
    items: access.passkeysFor(senderOf(request)).map(({ id, name, userName, createdMs, usedMs }) => ({
      ...{ id, name, username: userName, createdMs, usedMs },
    })),
  })
  scope.get(listPasskeys.path, async request => {
    readInput(listPasskeys, request)
    return passkeys(request)
  })
  scope.post(requestNewPasskey.path, async request => {
    readInput(requestNewPasskey, request)
    return access.passkeys.requestNew(access.passkeyOwner(senderOf(request)), originOf(request, hosts))
  })
  scope.route({
    method: addPasskey.method,
    url: addPasskey.path,
    bodyLimit: 32 * 1024,
    handler: async request => {
      const input = readInput(addPasskey, request) as CheckedInputOf<'addPasskey'>
      await access.passkeys.add(access.passkeyOwner(senderOf(request)), input, originOf(request, hosts))
      return passkeys(request)
    },
  })
  scope.delete(routePath(removePasskey.path), async request => {
    const { id } = readInput(removePasskey, request) as CheckedInputOf<'removePasskey'>
    if (!passkeys(request).items.some(passkey => passkey.id === id))
      throw new Failure('not-found', 'there is no such passkey: it may have been removed', { field: 'id' })
    access.removePasskey(id)
    return passkeys(request)
  })
}

/** Keeps the browser that replaces the password logged in. See `HttpCallOptions.keepLogin`. */
export function keepLogin(access: Access, request: FastifyRequest, reply: FastifyReply): () => void {
  const renew = access.keepSession(request)
  return () => {
    const secret = renew()
    if (secret === null) return
    const cookie = { secret, secure: isFromHttps(request.headers) }
    reply.header('set-cookie', setSessionCookie(request, cookie, SESSION_SECONDS))
  }
}

/** Returns a session without members that only the node needs. */
function shownSession({ userName, device: _device, passkey: _passkey, ...session }: SessionRecord) {
  return { ...session, username: userName }
}

/** Browsers send the header with each change. Throws `no-passkeys`. */
function originOf(request: FastifyRequest, hosts: AccessParts['hosts']): string {
  const { origin } = request.headers
  if (origin !== undefined && hosts.owns(origin, request)) return origin
  throw new Failure(
    'no-passkeys',
    'passkeys work on the pages of this node, at localhost or at a name with https: give the name with --allowed-host, and an address with another port than 443 with --public-url too',
    { field: 'origin' },
  )
}

/** Anyone can query whether there are problems; only users with access receive the list. */
export function addHealthRoute(scope: FastifyInstance, operations: NodeOperations, access: Access): void {
  scope.get(OPERATIONS.getHealth.path, async request => {
    readInput(OPERATIONS.getHealth, request)
    const health = await operations.getHealth({})
    return (await access.identify(request)) ? health : { status: health.status }
  })
}
