/** Outermost layer of the server: checks that apply to every request, whatever handles it. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Operation } from '@shoal/api'
import { type ErrorTable, errorsOf } from '@shoal/api/errors'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Log } from '../../log/log.ts'
import { badRequest, toRefusal } from '../failures.ts'
import { Hosts } from '../hosts.ts'
import { isTrustworthy } from '../origins.ts'
import { routePath } from '../route-path.ts'
import { checkAddressText } from './address-text.ts'
import { Connections } from './connections.ts'
import { DATA_HEADERS } from './headers.ts'
import { checkOrigin } from './origin.ts'
import { Pipelining } from './pipelining.ts'
import { refuseUnreadable } from './unreadable.ts'

export interface GuardOptions {
  readonly log: Log
  readonly host: string
  readonly allowedHosts?: readonly string[]
  /** Default: those of `host` and `allowedHosts`. */
  readonly hosts?: Pick<Hosts, 'check'>
  /**
   * Addresses of proxies, or networks such as `10.0.0.0/8`, whose `X-Forwarded-For` is trusted.
   * Default: none.
   */
  readonly trustedProxies?: readonly string[]
  /** Total connections from other machines, including trusted proxies. Default: no limit. */
  readonly maxStrangers?: number
  /**
   * Returns the `WWW-Authenticate` header for a request that lacks access (RFC 9110 section
   * 11.6.1).
   */
  readonly challenge: (request: FastifyRequest) => readonly string[]
  /** Operations and binary routes, with their error responses. */
  readonly operations?: Iterable<Answering>
  /** Converts errors of other parts of the program into failures. */
  readonly translate?: (error: unknown) => unknown
}

/** An operation, or a binary route. */
type Answering = Pick<Operation, 'method' | 'path' | 'errors'>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Error responses of its operation. */
    errors?: ErrorTable
    /** Whether the route itself checks requests from pages of other sites. */
    anyOrigin?: boolean
    /** Whether the route answers under any host name, for example for load balancers. */
    anyHost?: boolean
    /** Whether the route accepts WebSockets. */
    webSocket?: boolean
  }
}

/** How long the client of a rejected request can keep sending an unread body. */
const UNREAD_BODY_MS = 10_000
/** Time limit for the headers of a request, and the interval at which it is checked. */
const [HEADERS_MS, CHECK_MS] = [10_000, 2000] as const
/** Longest path parameter: longer than any percent-encoded name. */
const MAX_PARAM = 8192

/**
 * Returns a fastify instance that checks Host, Origin and address of every request, and reports
 * errors in the API's format.
 */
export function guard({
  log,
  host,
  allowedHosts,
  hosts = new Hosts(host, allowedHosts),
  trustedProxies = [],
  maxStrangers,
  challenge,
  operations = [],
  translate = error => error,
}: GuardOptions): FastifyInstance {
  const all = [...operations]
  const others = errorsOf(all)
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendRefusal(translate(error), { request, reply, log, challenge, others })
  const connections = new Connections({ trustedProxies, maxStrangers })
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    // Anyone can send the header, so only these proxies are trusted for the source address.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { maxParamLength: MAX_PARAM },
    http: {
      // Listeners for requests and upgrades would miss those that the tracker handles.
      shouldUpgradeCallback: request => {
        const isTaken = /^websocket$/i.test(request.headers.upgrade ?? '')
        if (isTaken) connections.upgraded(request)
        return isTaken
      },
      ServerResponse: watchedBy(connections),
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    clientErrorHandler: (error, socket: Socket) => refuseUnreadable(error, socket),
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as unknown as FastifyReply),
  })
  const errors = new Map(all.map(each => [`${each.method} ${routePath(each.path)}`, each.errors]))
  app.addHook('onRoute', route => {
    const key = `${route.method} ${route.url}`
    if (errors.has(key)) route.config = { ...route.config, errors: errors.get(key) ?? {} }
  })
  app.server.on('connection', (socket: Socket) => connections.admit(socket))
  // Routes without a body do not wait for one: the response is sent, and endUnreadBody limits how
  // long the rest can take.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler<FastifyError>(refuse)
  const pipelining = new Pipelining()
  app.addHook('onRequest', (request, reply, done) => {
    if (pipelining.admits(request.raw, reply.raw)) done()
    else reply.hijack()
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(DATA_HEADERS)
    const { anyOrigin, anyHost, webSocket } = request.routeOptions.config ?? {}
    if (!anyHost) hosts.check(onlyHost(request.raw))
    checkAddressText(request.url)
    if (!anyOrigin) checkOrigin(request.method, request.headers)
    if (isUpgrade(request) && !webSocket && !request.is404)
      throw badRequest('upgrade', 'WebSockets are not available at this path')
  })
  app.addHook('onSend', async (request, reply) => {
    // Browsers ignore it at other origins, and log an error in every guest's console.
    if (!isTrustworthy(request.headers)) reply.removeHeader('cross-origin-opener-policy')
  })
  app.addHook('onResponse', async request => endUnreadBody(request))
  return app
}

/** Returns the server's response class, whose instances report that a request has arrived. */
function watchedBy(connections: Connections): typeof ServerResponse {
  return class extends ServerResponse {
    constructor(...given: ConstructorParameters<typeof ServerResponse>) {
      super(...given)
      connections.asked(given[0], this)
    }
  } as typeof ServerResponse
}

// RFC 9112 section 3.2: more than one is an error. Node uses the first; a proxy in front may have
// used another.
function onlyHost({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const names = rawHeaders.filter((text, index) => index % 2 === 0 && /^host$/i.test(text))
  return names.length > 1 ? '' : headers.host
}

function isUpgrade({ headers }: FastifyRequest): boolean {
  return /^websocket$/i.test(headers.upgrade ?? '') && /\bupgrade\b/i.test(headers.connection ?? '')
}

interface Refused extends Pick<GuardOptions, 'log' | 'challenge'> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly others: ErrorTable
}

function sendRefusal(error: unknown, { request, reply, log, challenge, others }: Refused): FastifyReply {
  const own = request.routeOptions?.config?.errors
  const { status, problem, headers, unforeseen, unlisted } = toRefusal(error, { own, others })
  const where = `${request.method} ${request.routeOptions?.url ?? 'unknown'}`
  if (unforeseen && !request.raw.destroyed)
    log.error(`${where} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  else if (status >= 500) log.warn(`${where}: ${problem.error.message}`)
  if (own && unlisted !== undefined) log.debug(`the contract of ${where} does not list ${unlisted}`)
  // Headers set for the failed response, such as its type, name and version.
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers(DATA_HEADERS).headers(headers)
  if (isUpgrade(request)) endAfterAnswer(request, reply)
  if (status === 401) reply.header('www-authenticate', [...challenge(request)])
  return reply.code(status).type('application/json; charset=utf-8').send(problem)
}

// Nothing else closes a socket that requested an upgrade: it would stay open, and its end would go
// unnoticed.
function endAfterAnswer({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close')
  reply.raw.once('finish', () => raw.socket.destroySoon())
}

// Node reads the rest of a body after the response, to reuse the connection. This limits how long
// that can take.
function endUnreadBody({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return
  const timer = setTimeout(() => raw.destroy(), UNREAD_BODY_MS)
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
}
