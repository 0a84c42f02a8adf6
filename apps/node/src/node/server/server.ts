/** The node's HTTP server: the API, the files, the console, and the APIs of other programs. */
import type { AddressInfo } from 'node:net'
import { isLoopback, ownUrlHost } from '@shoal/torrent/local-address'
import type { FastifyInstance } from 'fastify'
import { Failure, fileFailure } from '../../base/failure.ts'
import { Hosts } from '../../base/local-hosts.ts'
import { redact } from '../../base/redact.ts'
import type { AnyRunning } from '../kernel/capability.ts'
import type { RunningNode } from '../kernel/contract.ts'
import type { HttpScope } from '../kernel/http-scope.ts'
import type { Log } from '../kernel/log/log.ts'
import type { Access } from './access/access.ts'
import { Door } from './door.ts'
import { allowWebSockets } from './events/event-routes.ts'
import { Lines } from './events/lines.ts'
import { guard } from './guard/guard.ts'
import { RequestMetrics } from './metrics/request-metrics.ts'
import { addApi } from './routes/api.ts'
import { serveConsole } from './routes/console.ts'
import { missing } from './routes/missing.ts'

/** Another program's API (Transmission's, qBittorrent's). */
export type CompatPlugin = (scope: HttpScope) => void | Promise<void>

export interface ServerOptions {
  readonly node: RunningNode
  readonly access: Access
  /** Address to listen at. Default: 127.0.0.1. */
  readonly host?: string
  /** Whether the command line decides about the host and the password, so that the API cannot change them. */
  readonly isHostFixed?: boolean
  /** 0 takes any free port. */
  readonly port: number
  /** Names of the node besides the host's own. */
  readonly allowedHosts?: readonly string[]
  /** Addresses, or networks such as `10.0.0.0/8`, of proxies whose `X-Forwarded-For` is trusted. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Folder of the built console; without it there is no console. */
  readonly webRoot?: string
  readonly plugins?: readonly CompatPlugin[]
  /** Adds listeners that answer before everything else, once the server has all its own. Each may return a function that closes it. */
  readonly onHttpServer?: readonly NonNullable<AnyRunning['onHttpServer']>[]
}

export interface Server {
  /** `http://127.0.0.1:8420` */
  readonly url: string
  readonly port: number
  /** Ends all connections. */
  close(): Promise<void>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route checks requests from pages of other sites itself. */
    anyOrigin?: boolean
    /** The route accepts WebSockets. */
    webSocket?: boolean
  }
}

/** Starts to listen. Rejects with `no-password` if others could reach a node without a password, and with `address-in-use`. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const host = options.host ?? '127.0.0.1'
  refuseOpenDoor(host, options.access)
  const hosts = new Hosts(host, options.allowedHosts)
  const app = buildServer(options, hosts)
  await app.ready()
  const isHostFixed = options.isHostFixed ?? false
  const door = new Door(app.server, { host, hosts, access: options.access, isHostFixed })
  const place = {
    host,
    allowedHosts: options.allowedHosts ?? [],
    trustedProxies: options.trustedProxies ?? [],
    door,
  }
  const joined = (options.onHttpServer ?? []).map(join => join(app.server, place))
  const close = async () => {
    for (const leave of joined) await leave?.()
    door.shut()
    await app.close()
  }
  await app.listen({ host, port: options.port }).catch(async error => {
    await close()
    throw listenFailure(error, host, options.port)
  })
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://${ownUrlHost(host)}:${port}`,
    port,
    close,
  }
}

/** Returns the server without a socket, for tests that inject requests. */
export function buildServer(options: ServerOptions, hosts?: Hosts): FastifyInstance {
  const { node, access, host = '127.0.0.1', allowedHosts, trustedProxies, plugins = [], webRoot } = options
  const app = guard({
    ...{ log: node.log, host },
    ...(allowedHosts && { allowedHosts }),
    ...(hosts && { hosts }),
    ...(trustedProxies && { trustedProxies }),
  })
  const requests = new RequestMetrics()
  requests.watch(app)
  logRequests(app, node.log)
  const lines = new Lines()
  allowWebSockets(app, lines)
  addApi(app, { node, access, lines, requests })
  for (const plugin of plugins) app.register(async scope => plugin({ app: scope, node, access }))
  app.setNotFoundHandler(async (request, reply) => {
    if (webRoot !== undefined && (await serveConsole(webRoot, request, reply))) return reply
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
