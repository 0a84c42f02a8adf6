/** The node's HTTP server: the API, the files, the console, and the APIs of other programs. */
import type { Socket } from 'node:net'
import { BYTE_ROUTES, OPERATIONS } from '@shoal/api'
import { closeAll } from '@shoal/daemon/capability'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { guard, Hosts, RequestMetrics, Suspension, servePage } from '@shoal/daemon/http'
import { redact } from '@shoal/daemon/redact'
import { isLoopback, ownUrlHost } from '@shoal/torrent/local-address'
import type { FastifyInstance } from 'fastify'
import type { AnyRunning } from '../kernel/capability.ts'
import type { RunningNode } from '../kernel/contract.ts'
import type { HttpScope } from '../kernel/http-scope.ts'
import type { Log } from '../kernel/log/log.ts'
import type { Access } from './access/access.ts'
import { challenge } from './challenge.ts'
import { Door } from './door.ts'
import { allowWebSockets } from './events/event-routes.ts'
import { Lines } from './events/lines.ts'
import { Front, type FrontOptions, MAX_STRANGERS } from './front.ts'
import { addApi } from './routes/api.ts'
import { CONSOLE_HEADERS } from './routes/headers.ts'
import { missing } from './routes/missing.ts'

/** Another program's API (Transmission's, qBittorrent's). */
export type CompatPlugin = (scope: HttpScope) => void | Promise<void>

export interface ServerOptions {
  readonly node: RunningNode
  readonly access: Access
  /** Address to listen at. Default: 127.0.0.1. */
  readonly host?: string
  /** Whether the command line fixes host and password, so that the API cannot change them. */
  readonly isHostFixed?: boolean
  /** 0 takes any free port. Default: that of `front`. */
  readonly port?: number
  /** An open port, which the server does not close. */
  readonly front?: Front
  /** Additional names of the node. */
  readonly allowedHosts?: readonly string[]
  /**
   * Addresses, or networks such as `10.0.0.0/8`, of proxies whose `X-Forwarded-For` is trusted.
   * Default: none.
   */
  readonly trustedProxies?: readonly string[]
  /** Folder of the built console; without it, no console is served. */
  readonly webRoot?: string
  readonly plugins?: readonly CompatPlugin[]
  /**
   * Adds listeners that run before everything else, once the server has all its own. Each can
   * return a function that closes it.
   */
  readonly onHttpServer?: readonly NonNullable<AnyRunning['onHttpServer']>[]
}

export interface Server {
  /** `http://127.0.0.1:8420` */
  readonly url: string
  readonly port: number
  /** Returns whether a connection came to this server. */
  has(socket: Socket): boolean
  /** Ends event streams, and refuses new requests. Running requests continue. */
  suspend(): Promise<void>
  /** Resolves when all requests that were open at `suspend` have ended, or after a second. */
  answered(): Promise<void>
  /** Ends all connections. */
  close(): Promise<void>
}

/** Paths outside the console, with everything below them. */
const NOT_PAGES = /^\/(?:api|files|transmission|metrics|health|assets|share|chat-app)(?:\/|$)/
/** Time for open responses to finish after the node has closed. */
const ANSWERS_MS = 1000

/**
 * Starts to listen. Rejects with `no-password` if others could reach a node without a password, and
 * with `address-in-use`.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const host = options.host ?? '127.0.0.1'
  refuseOpenDoor(host, options.access)
  const hosts = new Hosts(host, options.allowedHosts)
  const closing = new Closing()
  const app = buildServer(options, hosts, closing)
  await app.ready()
  const isHostFixed = options.isHostFixed ?? false
  const port = () => front?.port ?? 0
  const door = new Door(app.server, { host, port, hosts, access: options.access, isHostFixed })
  const place = {
    host,
    allowedHosts: options.allowedHosts ?? [],
    trustedProxies: options.trustedProxies ?? [],
    door,
  }
  const joined = (options.onHttpServer ?? []).map(join => join(app.server, place))
  const sockets = new WeakSet<Socket>()
  app.server.on('connection', (socket: Socket) => sockets.add(socket))
  const suspend = async () => {
    const leave = joined.splice(0).map(step => () => step?.())
    await closeAll([() => closing.begin(), ...leave])
  }
  const close = () =>
    closeAll([suspend, () => door.shut(), () => app.server.closeAllConnections(), () => app.close()])
  let front = options.front
  try {
    front ??= await openFront({ host, port: options.port ?? 0, trustedProxies: options.trustedProxies })
  } catch (error) {
    await close()
    throw error
  }
  // It has no socket, but only counts connections and limits request times while it
  // listens.
  app.server.emit('listening')
  front.serve(app.server)
  const opened = front
  return {
    url: `http://${ownUrlHost(host)}:${opened.port}`,
    port: opened.port,
    has: socket => sockets.has(socket),
    suspend,
    answered: () => closing.suspension.answered(ANSWERS_MS),
    async close() {
      await closeAll([() => (options.front ? null : opened.close()), close])
    },
  }
}

/**
 * Opens the port of a server. Rejects with `address-in-use`, or `bad-argument` for an address that
 * the machine does not have.
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  return Front.open(options).catch(error => {
    throw listenFailure(error, options.host, options.port)
  })
}

/** The state of a server whose node is about to close. */
class Closing {
  readonly lines = new Lines()
  readonly suspension = new Suspension('the node is stopping or restarting: try again in a few seconds')

  begin(): void {
    if (this.suspension.isOn) return
    this.suspension.refuse()
    this.lines.end()
  }
}

/** Returns the server without a socket, for tests that inject requests. */
export function buildServer(
  options: ServerOptions,
  hosts = new Hosts(options.host ?? '127.0.0.1', options.allowedHosts),
  closing = new Closing(),
): FastifyInstance {
  const { node, access, host = '127.0.0.1', trustedProxies, plugins = [], webRoot } = options
  const app = guard({
    ...{ log: node.log, host, hosts, challenge, maxStrangers: MAX_STRANGERS },
    operations: Object.values({ ...OPERATIONS, ...BYTE_ROUTES }),
    ...(trustedProxies && { trustedProxies }),
  })
  closing.suspension.watch(app)
  const requests = new RequestMetrics()
  requests.watch(app)
  logRequests(app, node.log)
  const { lines } = closing
  allowWebSockets(app, lines)
  addApi(app, { node, access, hosts, lines, requests })
  for (const plugin of plugins) app.register(async scope => plugin({ app: scope, node, access }))
  const console =
    webRoot === undefined ? null : { root: webRoot, notPages: NOT_PAGES, headers: CONSOLE_HEADERS }
  app.setNotFoundHandler(async (request, reply) => {
    if (console && (await servePage(console, request, reply))) return reply
    throw missing(request.method, request.url.split('?', 1)[0]!)
  })
  return app
}

function logRequests(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', async ({ method, url }, { statusCode, elapsedTime }) => {
    // Without the query: it may contain secrets in forms that no pattern knows.
    const path = redact(url.split('?', 1)[0]!)
    log.debug(`${method} ${path} ${statusCode} ${elapsedTime.toFixed(1)} ms`)
  })
}

function refuseOpenDoor(host: string, access: Access): void {
  if (isLoopback(host) || access.hasPassword) return
  throw new Failure(
    'no-password',
    `listening at ${host} lets others reach this node: give --username and --password-file, or listen at 127.0.0.1`,
  )
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new Failure(
      'address-in-use',
      `port ${port} is taken: stop the program that uses it, or choose another with --port`,
    )
  if (error.code === 'EADDRNOTAVAIL')
    return new Failure(
      'bad-argument',
      `${host} is not an address of this machine: choose another with --host`,
    )
  return fileFailure(error, `${host}:${port}`)
}
