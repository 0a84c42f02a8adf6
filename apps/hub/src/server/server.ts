/** The HTTP server of a hub: operations, pages, and endpoints for monitoring. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Assembled } from '@shoal/daemon/capability'
import { Failure } from '@shoal/daemon/failure'
import { guard, Hosts, PAGE_HEADERS, RequestMetrics, Suspension, servePage } from '@shoal/daemon/http'
import { formatMetrics, METRICS_TYPE, ProcessMetrics } from '@shoal/daemon/metrics'
import { redact } from '@shoal/daemon/redact'
import type { HubOperation } from '@shoal/hub-api'
import { isLoopback } from '@shoal/torrent/local-address'
import type { FastifyInstance } from 'fastify'
import type { HubParts } from '../kernel/capability.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { storeFailure } from '../kernel/store-failure.ts'
import { hostsOf } from '../listen.ts'

/**
 * Less than the connection limit of a tracker's listener, so that this machine and announces are
 * always served.
 */
const MAX_STRANGERS = 19_000
/** Longer than a load balancer's check interval. */
const DATABASE_MS = 2000
/** The built web page of the hub: see apps/web. */
const PAGE = fileURLToPath(new URL('../../../web/hub/dist', import.meta.url))
const ICON = fileURLToPath(new URL('../../../web/public/icon.svg', import.meta.url))
/** Paths that do not belong to pages, including everything below them. */
const NOT_PAGES =
  /^\/(?:api|announce|scrape|atom|torznab|reach|metrics|health|ready|assets|rooms|share|chat-app|\.well-known)(?:\/|$)/
const FILES = { root: PAGE, notPages: NOT_PAGES, headers: PAGE_HEADERS }

export interface HubServer {
  readonly app: FastifyInstance
  /** Whether the web page of the hub was built and is served at `/`. */
  readonly hasPage: boolean
  /**
   * Reports that it is stopping, and closes connections after their next response. Resolves when
   * all pending responses are finished, or after this time.
   */
  drain(withinMs: number): Promise<void>
  close(): Promise<void>
}

/**
 * Builds the server without binding a port. `table`: all operations, including those that this hub
 * does not support.
 */
export async function buildServer(
  kernel: HubKernel,
  assembled: Assembled<HubParts>,
  table: Readonly<Record<string, HubOperation>>,
): Promise<HubServer> {
  const { log, given } = kernel
  const app = guard({
    log,
    host: hostsOf(given)[0]!,
    hosts: hostsFor(kernel),
    trustedProxies: given.trustedProxy ?? [],
    maxStrangers: MAX_STRANGERS,
    challenge: () => ['Bearer realm="Shoal hub"'],
    operations: Object.values(table),
    translate: storeFailure,
  })
  const suspension = new Suspension('the hub is stopping: try again')
  suspension.watch(app)
  const requests = new RequestMetrics()
  requests.watch(app)
  app.addHook('onResponse', async ({ method, url }, { statusCode, elapsedTime }) => {
    log.debug(`${method} ${redact(url.split('?', 1)[0]!)} ${statusCode} ${elapsedTime.toFixed(1)} ms`)
  })
  addHealthRoutes(app, kernel, assembled, suspension)
  const ofProcess = new ProcessMetrics()
  if (!given.noStats)
    app.get('/metrics', { config: { anyHost: true } }, async (_request, reply) =>
      reply
        .type(METRICS_TYPE)
        .send(formatMetrics([...assembled.metrics(), ...requests.families(), ...ofProcess.families()])),
    )
  if (!given.onlyTracker) {
    const { addOperations } = await import('./operation-routes.ts')
    addOperations(app, kernel, assembled, table)
  }
  for (const { routes } of assembled.running) if (routes) app.register(async scope => routes(scope))
  const hasPage = !given.onlyTracker && existsSync(PAGE)
  // Browsers request it if a page does not name another icon.
  app.get('/favicon.ico', { config: { anyHost: true } }, async (_request, reply) => {
    const icon = await readFile(ICON).catch(() => null)
    if (icon === null) return reply.callNotFound()
    return reply
      .headers({ ...PAGE_HEADERS, 'Cache-Control': 'max-age=86400' })
      .type('image/svg+xml')
      .send(icon)
  })
  app.setNotFoundHandler(async (request, reply) => {
    if (hasPage && (await servePage(FILES, request, reply))) return reply
    throw new Failure('not-found', 'nothing is at this path', { field: 'path' })
  })
  await app.ready()
  for (const each of assembled.running) each.onHttpServer?.(app.server)
  return {
    app,
    hasPage,
    drain(withinMs) {
      suspension.drain()
      return suspension.answered(withinMs)
    },
    async close() {
      ofProcess.close()
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** The tracker's pages alone contain nothing to hide from other sites' pages. */
function hostsFor({ given }: HubKernel): Pick<Hosts, 'check'> {
  if (given.onlyTracker) return { check() {} }
  const hosts = hostsOf(given)
  const names = given.publicUrl === undefined ? [] : [new URL(given.publicUrl).hostname]
  return new Hosts(
    hosts.find(host => !isLoopback(host)) ?? hosts[0]!,
    [...hosts, ...names],
    name => `start the hub with --public-url https://${name} to allow it`,
  )
}

/** Health: the process works. Readiness: a load balancer can send it clients. */
function addHealthRoutes(
  app: FastifyInstance,
  kernel: HubKernel,
  assembled: Assembled<HubParts>,
  suspension: Suspension,
): void {
  const config = { anyHost: true }
  app.get('/health', { config }, async () => {
    const problems = assembled.health()
    return problems.length === 0 ? 'ok\n' : `ok, but ${problems.join('; ')}\n`
  })
  app.get('/ready', { config }, async (_request, reply) => {
    const reason = suspension.isOn ? 'stopping' : await notReady(kernel, assembled)
    return reply.code(reason === null ? 200 : 503).send(`${reason ?? 'ready'}\n`)
  })
}

async function notReady(kernel: HubKernel, { running }: Assembled<HubParts>): Promise<string | null> {
  if (!kernel.given.onlyTracker && !(await answersInTime(checkDatabase(kernel))))
    return 'the database does not answer'
  for (const each of running) {
    const reason = await each.notReady?.()
    if (reason) return reason
  }
  return null
}

async function checkDatabase({ database }: HubKernel): Promise<void> {
  await database.read(function* () {
    yield { text: 'SELECT 1 AS one', values: [] }
  })
}

async function answersInTime(check: Promise<void>): Promise<boolean> {
  const timeout = new Promise<boolean>(resolve => {
    setTimeout(() => resolve(false), DATABASE_MS).unref()
  })
  const answer = check.then(
    () => true,
    () => false,
  )
  return Promise.race([answer, timeout])
}
