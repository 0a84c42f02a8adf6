/** The server's outermost layer: the checks that apply to every request, whatever answers it. */
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
  /** Addresses, or networks such as `10.0.0.0/8`, of proxies whose `X-Forwarded-For` is trusted. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Connections from other machines altogether, also from trusted proxies. Default: no limit. */
  readonly maxStrangers?: number
  /** Returns the `WWW-Authenticate` of a request that lacks access (RFC 9110 section 11.6.1). */
  readonly challenge: (request: FastifyRequest) => readonly string[]
  /** The operations and routes of bytes, whose errors are answered as they say. */
  readonly operations?: Iterable<Answering>
  /** Turns errors of other parts of the program into failures. */
  readonly translate?: (error: unknown) => unknown
}

/** An operation, or a route of bytes. */
type Answering = Pick<Operation, 'method' | 'path' | 'errors'>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answers to errors of its operation. */
    errors?: ErrorTable
    /** The route checks requests from pages of other sites itself. */
    anyOrigin?: boolean
    /** The route answers under any host name, such as to load balancers. */
    anyHost?: boolean
    /** The route accepts WebSockets. */
    webSocket?: boolean
  }
}

/** How long the client of a rejected request may keep sending a body that nobody reads. */
const UNREAD_BODY_MS = 10_000
/** Time limit for the headers of a request, and how often it is checked. */
const [HEADERS_MS, CHECK_MS] = [10_000, 2000] as const
/** Longest parameter in a path: longer than any name, percent-encoded. */
const MAX_PARAM = 8192

/** Returns a fastify instance that checks Host, Origin and address of every request, and answers errors in the API's own format. */
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
    // Anybody can write the header, so only these proxies are trusted to say where a request comes from.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { maxParamLength: MAX_PARAM },
    http: {
      // Listeners for requests and upgrades would miss those that the tracker takes.
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
  // Routes without a body do not wait for one: the answer is sent, and endUnreadBody limits how long the rest may take.
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
    // Browsers ignore it at other origins, with an error in the console of every guest.
    if (!isTrustworthy(request.headers)) reply.removeHeader('cross-origin-opener-policy')
  })
  app.addHook('onResponse', async request => endUnreadBody(request))
  return app
}

/** The class of a server's responses, each of which tells that a request has arrived. */
function watchedBy(connections: Connections): typeof ServerResponse {
  return class extends ServerResponse {
    constructor(...given: ConstructorParameters<typeof ServerResponse>) {
      super(...given)
      connections.asked(given[0], this)
    }
  } as typeof ServerResponse
}

// RFC 9112 section 3.2: more than one is an error. Node takes the first; a proxy in front may have used another.
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
  // Headers that were set for the answer that failed, such as its type, name and version.
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers(DATA_HEADERS).headers(headers)
  if (isUpgrade(request)) endAfterAnswer(request, reply)
  if (status === 401) reply.header('www-authenticate', [...challenge(request)])
  return reply.code(status).type('application/json; charset=utf-8').send(problem)
}

// Nothing else closes a socket that asked for an upgrade: it would stay open, and its end would go unnoticed.
function endAfterAnswer({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close')
  reply.raw.once('finish', () => raw.socket.destroySoon())
}

// Node reads the rest of a body after the answer, to use the connection again. This limits how long that may take.
function endUnreadBody({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return
  const timer = setTimeout(() => raw.destroy(), UNREAD_BODY_MS)
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
}
