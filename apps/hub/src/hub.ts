/** A running hub: one tracker, and its listeners. */
import { ownUrlHost } from '@shoal/torrent/local-address'
import { openStun, StunServer } from '@shoal/torrent/stun'
import {
  ConnectionIds,
  expirySecondsFor,
  HttpFront,
  Join,
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
import { type FindPlace, ownPlace } from './cluster/place.ts'
import { listen } from './listen.ts'
import { Lists } from './lists.ts'
import { METRICS_TYPE, metricsText } from './metrics.ts'
import type { Given } from './options.ts'
import { ReachChecks } from './reach.ts'
import { type HubStats, processStats, readStats } from './stats.ts'
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
  /** Accepts nothing more, and closes WebSockets at random times within this one. */
  drain(withinMs: number): Promise<void>
  close(): Promise<void>
}

/** Rejects with SetupError if a port is taken, or if a file cannot be read or has an invalid line. */
export async function startHub(
  given: Given,
  log: Pick<Logger, 'info' | 'warn'>,
  findPlace: FindPlace = shareSecret => ownPlace(given, shareSecret),
): Promise<Hub> {
  const lists = new Lists(given, log)
  const listed = lists.read()
  const warnings = new Warnings(log)
  const hosts = given.host?.length ? given.host : ['127.0.0.1']
  // Processes count the minutes of a connection ID by the same clock.
  const ids = new ConnectionIds(Date.now)
  const place = await findPlace(secret => ids.share(secret))
  const options = trackerOptions(given)
  const join =
    place.carrier &&
    new Join({
      store: options.store,
      carrier: place.carrier,
      report: () => JSON.stringify(processStats(tracker, fronts)),
    })
  const tracker: Tracker = new Tracker({
    ...options,
    ...listed,
    ...(join && { store: join.store }),
    onStoreError: error => warnings.storeFailed(error),
  })
  let stunPort: number | null = null
  let isDraining = false
  const webSockets = new WebSocketFront(tracker, {
    stunPort: () => stunPort,
    farPages: join ? { number: join.number, send: (to, text) => join.signal(to, text) } : undefined,
  })
  const http: HttpFront[] = []
  const udp: UdpFront[] = []
  const stun: Awaited<ReturnType<typeof openStun>>[] = []
  const close = async () => {
    lists.close()
    // All at once: an HTTP listener closes only after its WebSockets have closed.
    await Promise.all([...http, ...udp, ...stun, webSockets].map(front => front.close()))
    await tracker.close()
  }
  const start = { version: manifest.version, startedMs: performance.now() }
  const checks = new ReachChecks()
  const stunServer = given.noStun ? null : new StunServer(() => performance.now())
  const fronts = { http, webSockets, stun: stunServer }
  const stats = () => readStats(tracker, fronts, join, start)
  const { sharesPorts: reusePort } = place
  try {
    for (const host of hosts) {
      const port = http[0]?.port ?? given.port ?? 6969
      const page = async (path: string, caller: PageCaller) =>
        (await checks.answer(path, caller)) ??
        healthPage(path, join, isDraining) ??
        (given.noStats ? null : answerPage(path, stats))
      const trustedProxies = given.trustedProxy ?? []
      http.push(
        await listen(host, port, () =>
          HttpFront.open(tracker, {
            host,
            port,
            reusePort,
            webSockets,
            trustedProxies,
            page,
            onUnnamedProxy: address => warnings.unnamedProxy(address),
          }),
        ),
      )
      if (stunServer && given.stunPort !== undefined && place.hasStunPort) {
        const at = { host, port: stun[0]?.port ?? given.stunPort }
        stun.push(await listen(host, at.port, () => openStun(at, stunServer)))
      }
      if (given.noUdp) continue
      const udpPort = udp[0]?.port ?? given.udpPort ?? http[0]!.port
      const shared = given.stunPort === undefined ? (stunServer ?? undefined) : undefined
      udp.push(
        await listen(host, udpPort, () =>
          UdpFront.open(tracker, { host, port: udpPort, reusePort, ids, stun: shared }),
        ),
      )
    }
  } catch (error) {
    await close()
    throw error
  }
  lists.watch(tracker.access)
  join?.start({
    signal: text => webSockets.receiveFar(text),
    changed: (isJoined, reason) => {
      if (isJoined) log.info({ process: join.number }, 'The hub has joined its other processes')
      else
        log.warn(
          { process: join.number, reason },
          'The hub cannot reach its other processes and continues alone',
        )
    },
  })
  const port = http[0]!.port
  const udpPort = udp[0]?.port ?? null
  stunPort = stun[0]?.port ?? (stunServer && (given.stunPort || udpPort))
  const at = (scheme: string, of: number) =>
    hosts.map(host => `${scheme}://${ownUrlHost(host)}:${of}/announce`)
  const urls = [...at('http', port), ...(udpPort === null ? [] : at('udp', udpPort)), ...at('ws', port)]
  const about = { urls, stunPort, private: tracker.access.isPrivate, ...(join && { process: join.number }) }
  log.info(about, 'The hub is listening')
  return {
    port,
    udpPort,
    stunPort,
    urls,
    isPrivate: tracker.access.isPrivate,
    stats,
    readLists: () => lists.readAgain(tracker.access),
    async drain(withinMs) {
      isDraining = true
      for (const front of http) front.stopAccepting()
      await Promise.all([...udp.splice(0), ...stun.splice(0)].map(front => front.close()))
      await webSockets.drain(withinMs)
    },
    close,
  }
}

/** Health: the process works. Readiness: a load balancer may send it clients. */
function healthPage(path: string, join: Join | null, isDraining: boolean): PageAnswer | null {
  const page = (status: number, text: string) => ({ status, headers: DATA_HEADERS, body: `${text}\n` })
  if (path === '/health')
    return page(200, join && !join.isJoined ? 'ok, but the other processes cannot be reached' : 'ok')
  if (path !== '/ready') return null
  if (isDraining) return page(503, 'stopping')
  return join && !join.isReady ? page(503, 'asking the other processes for the swarms') : page(200, 'ready')
}

async function answerPage(path: string, stats: () => Promise<HubStats>): Promise<PageAnswer | null> {
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

function trackerOptions(given: Given): TrackerOptions & { store: MemoryStore } {
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
