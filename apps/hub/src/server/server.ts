/** The HTTP server of a hub: operations, and whatever its capabilities answer. */
import type { Assembled } from '@shoal/daemon/capability'
import { Failure } from '@shoal/daemon/failure'
import { guard, Hosts, Suspension } from '@shoal/daemon/http'
import { redact } from '@shoal/daemon/redact'
import type { HubOperation } from '@shoal/hub-api'
import { isLoopback } from '@shoal/torrent/local-address'
import type { FastifyInstance } from 'fastify'
import type { HubParts, Reports } from '../kernel/capability.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { NO_PORTS, type Ports } from '../kernel/overview.ts'
import { storeFailure } from '../kernel/store-failure.ts'
import { hostsOf, listenOnAll } from '../listen.ts'
import { listenWithoutTracker, type PlainListener } from './listen-without-tracker.ts'

/**
 * Less than the connection limit of a tracker's listener, so that this machine and announces are
 * always served.
 */
const MAX_STRANGERS = 19_000
/** Longer than a load balancer's check interval. */
const DATABASE_MS = 2000

export interface HubServer {
  readonly app: FastifyInstance
  /**
   * Opens the ports of all capabilities, and the HTTP port if none has it. Rejects with SetupError.
   */
  listen(): Promise<Ports>
  /** Stops accepting connections, at the ports of all capabilities. */
  stopAccepting(): void
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
  const { running } = assembled
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
  for (const each of running) each.watch?.(app)
  app.addHook('onResponse', async ({ method, url }, { statusCode, elapsedTime }) => {
    log.debug(`${method} ${redact(url.split('?', 1)[0]!)} ${statusCode} ${elapsedTime.toFixed(1)} ms`)
  })
  if (!given.onlyTracker) {
    const { addOperations } = await import('./operation-routes.ts')
    addOperations(app, kernel, assembled, table)
  }
  const reports: Reports = {
    metrics: () => assembled.metrics(),
    health: () => [...kernel.problems(), ...assembled.health()],
    notReady: async () => (suspension.isOn ? 'stopping' : notReady(kernel, assembled)),
  }
  for (const { routes } of running) if (routes) app.register(async scope => routes(scope, reports))
  app.setNotFoundHandler(async (request, reply) => {
    for (const each of running) if (await each.answerElse?.(request, reply)) return reply
    throw new Failure('not-found', 'nothing is at this path', { field: 'path' })
  })
  await app.ready()
  for (const each of running) each.onHttpServer?.(app.server)
  let plain: PlainListener | undefined
  return {
    app,
    listen: () =>
      listenOnAll(given, async () => {
        try {
          const ports: Partial<Ports> = {}
          for (const each of running) Object.assign(ports, await each.listen?.(app.server))
          if (ports.port === undefined) plain = await listenWithoutTracker(app.server, kernel)
          return { ...NO_PORTS, ...ports, port: ports.port ?? plain!.port }
        } catch (error) {
          await Promise.all(running.map(each => each.unlisten?.()))
          throw error
        }
      }),
    stopAccepting() {
      plain?.stopAccepting()
      for (const each of running) each.stopAccepting?.()
    },
    drain(withinMs) {
      suspension.drain()
      return suspension.answered(withinMs)
    },
    async close() {
      plain?.stopAccepting()
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
