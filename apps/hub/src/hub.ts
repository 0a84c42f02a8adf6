/** A running hub: one tracker, and its listeners. */
import { ownUrlHost } from '@shoal/torrent/local-address'
import { openStun, StunServer } from '@shoal/torrent/stun'
import {
  expirySecondsFor,
  HttpFront,
  MemoryStore,
  type PageAnswer,
  type PageCaller,
  peersPerAddressFor,
  Tracker,
  type TrackerOptions,
  UdpFront,
  WebSocketFront,
} from '@shoal/tracker'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { SetupError } from './failure.ts'
import { Lists } from './lists.ts'
import { METRICS_TYPE, metricsText } from './metrics.ts'
import type { Given } from './options.ts'
import { ReachChecks } from './reach.ts'
import { type HubStats, readStats } from './stats.ts'
import { PAGE_HEADERS, statsPage } from './stats-page.ts'
import { Warnings } from './warnings.ts'

const DEFAULT_INTERVAL_SECONDS = 1800
const DEFAULT_MAX_PEERS = 5_000_000
const DATA_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const

export interface Hub {
  /** HTTP and WebSocket port. */
  readonly port: number
  /** Null if UDP is off. */
  readonly udpPort: number | null
  /** UDP port that answers STUN. Null if none does. */
  readonly stunPort: number | null
  /** Announce URLs as this machine reaches them. If `isPrivate`, clients insert a passkey between host and path. */
  readonly urls: readonly string[]
  readonly isPrivate: boolean
  stats(): Promise<HubStats>
  /** Reads the list files again. They are also read automatically when they change. */
  readLists(): void
  close(): Promise<void>
}

/** Rejects with SetupError if a port is taken, or if a file cannot be read or has an invalid line. */
export async function startHub(given: Given, log: Pick<Logger, 'info' | 'warn'>): Promise<Hub> {
  const lists = new Lists(given, log)
  const warnings = new Warnings(log)
  const hosts = given.host?.length ? given.host : ['127.0.0.1']
  const tracker = new Tracker({
    ...trackerOptions(given),
    ...lists.read(),
    onStoreError: error => warnings.storeFailed(error),
  })
  let stunPort: number | null = null
  const webSockets = new WebSocketFront(tracker, { stunPort: () => stunPort })
  const http: HttpFront[] = []
  const udp: UdpFront[] = []
  const stun: Awaited<ReturnType<typeof openStun>>[] = []
  const close = async () => {
    lists.close()
    // All at once: an HTTP listener closes only after its WebSockets have closed.
    await Promise.all([...http, ...udp, ...stun, webSockets].map(front => front.close()))
    await tracker.close()
  }
  const about = { version: manifest.version, startedMs: performance.now() }
  const checks = new ReachChecks()
  const stunServer = given.noStun ? null : new StunServer(() => performance.now())
  const stats = () => readStats(tracker, { http, webSockets, stun: stunServer }, about)
  try {
    for (const host of hosts) {
      const port = http[0]?.port ?? given.port ?? 6969
      const page = async (path: string, caller: PageCaller) =>
        (await checks.answer(path, caller)) ?? answerPage(path, stats, given.noStats ?? false)
      const trustedProxies = given.trustedProxy ?? []
      http.push(
        await listen(host, port, () =>
          HttpFront.open(tracker, {
            host,
            port,
            webSockets,
            trustedProxies,
            page,
            onUnnamedProxy: address => warnings.unnamedProxy(address),
          }),
        ),
      )
      if (stunServer && given.stunPort !== undefined) {
        const at = { host, port: stun[0]?.port ?? given.stunPort }
        stun.push(await listen(host, at.port, () => openStun(at, stunServer)))
      }
      if (given.noUdp) continue
      const udpPort = udp[0]?.port ?? given.udpPort ?? http[0]!.port
      const shared = given.stunPort === undefined ? (stunServer ?? undefined) : undefined
      udp.push(
        await listen(host, udpPort, () => UdpFront.open(tracker, { host, port: udpPort, stun: shared })),
      )
    }
  } catch (error) {
    await close()
    throw error
  }
  lists.watch(tracker.access)
  const port = http[0]!.port
  const udpPort = udp[0]?.port ?? null
  stunPort = stun[0]?.port ?? (stunServer && udpPort)
  const at = (scheme: string, of: number) =>
    hosts.map(host => `${scheme}://${ownUrlHost(host)}:${of}/announce`)
  const urls = [...at('http', port), ...(udpPort === null ? [] : at('udp', udpPort)), ...at('ws', port)]
  log.info({ urls, stunPort, private: tracker.access.isPrivate }, 'The hub is listening')
  return {
    port,
    udpPort,
    stunPort,
    urls,
    isPrivate: tracker.access.isPrivate,
    stats,
    readLists: () => lists.readAgain(tracker.access),
    close,
  }
}

async function answerPage(
  path: string,
  stats: () => Promise<HubStats>,
  noStats: boolean,
): Promise<PageAnswer | null> {
  if (path === '/health') return { status: 200, headers: DATA_HEADERS, body: 'ok\n' }
  if (noStats) return null
  switch (path) {
    case '/':
      return { status: 200, headers: PAGE_HEADERS, body: statsPage(await stats()) }
    case '/stats.json': {
      const headers = { ...DATA_HEADERS, 'Content-Type': 'application/json; charset=utf-8' }
      return { status: 200, headers, body: `${JSON.stringify(await stats())}\n` }
    }
    case '/metrics': {
      const headers = { ...DATA_HEADERS, 'Content-Type': METRICS_TYPE }
      return { status: 200, headers, body: metricsText(await stats()) }
    }
    default:
      return null
  }
}

function trackerOptions(given: Given): TrackerOptions {
  const { ban, trustedAddress, announcesPerSecond, connections, maxPeers = DEFAULT_MAX_PEERS } = given
  const peersPerAddress = given.peersPerAddress ?? peersPerAddressFor(maxPeers)
  const intervalSeconds = given.interval ?? DEFAULT_INTERVAL_SECONDS
  const store = new MemoryStore({
    expirySeconds: expirySecondsFor(intervalSeconds),
    maxPeers,
    peersPerAddress,
  })
  return {
    store,
    intervalSeconds,
    webPeersPerAddress: peersPerAddress,
    ...(ban && { bannedAddresses: ban }),
    ...(trustedAddress && { trustedAddresses: trustedAddress }),
    ...(announcesPerSecond !== undefined && { announcesPerSecond }),
    ...(connections !== undefined && { connectionsPerAddress: connections }),
  }
}

async function listen<T>(host: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const { cause = error, message } = error as Error
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new SetupError(
        `Port ${port} is taken: stop the program that uses it, or choose another port with --port`,
      )
    if (code === 'EADDRNOTAVAIL')
      throw new SetupError(`${host} is not an address of this machine: choose another with --host`)
    if (code === 'EACCES')
      throw new SetupError(`This user may not listen on port ${port}: choose one above 1023`)
    throw new SetupError(`Cannot listen at ${host}, port ${port}: ${message}`)
  }
}
