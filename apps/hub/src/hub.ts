/** A running hub: one tracker, and its listeners. */
import { readFileSync } from 'node:fs'
import {
  expirySecondsFor,
  HttpFront,
  isPasskey,
  MemoryStore,
  type PageAnswer,
  Tracker,
  type TrackerOptions,
  UdpFront,
  WebSocketFront,
} from '@shoal/tracker'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { SetupError } from './failure.ts'
import { METRICS_TYPE, metricsText } from './metrics.ts'
import type { Given } from './options.ts'
import { type HubStats, readStats } from './stats.ts'
import { PAGE_HEADERS, statsPage } from './stats-page.ts'

const DEFAULT_INTERVAL_SECONDS = 1800
const DATA_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const

export interface Hub {
  /** Of HTTP and WebSocket. */
  readonly port: number
  /** Null when it is switched off. */
  readonly udpPort: number | null
  /** Where it answers, as this machine reaches it. */
  readonly urls: readonly string[]
  stats(): Promise<HubStats>
  close(): Promise<void>
}

/** Rejects with SetupError: a port that is taken, a file that cannot be read, a line in it that makes no sense. */
export async function startHub(given: Given, log: Pick<Logger, 'info' | 'warn'>): Promise<Hub> {
  const hosts = given.host ?? ['127.0.0.1']
  const tracker = new Tracker(trackerOptions(given))
  const webSockets = new WebSocketFront(tracker)
  const http: HttpFront[] = []
  const udp: UdpFront[] = []
  const close = async () => {
    // At once: a listener has closed when the last of its connections has, those of WebSockets included.
    await Promise.all([...http, ...udp, webSockets].map(front => front.close()))
    await tracker.close()
  }
  const about = { version: manifest.version, startedMs: performance.now() }
  const stats = () => readStats(tracker, { http, webSockets }, about)
  try {
    for (const host of hosts) {
      const port = http[0]?.port ?? given.port ?? 6969
      const page = (path: string) => answerPage(path, stats, given.noStats ?? false)
      const trustedProxies = given.trustedProxy ?? []
      http.push(
        await listen(host, port, () =>
          HttpFront.open(tracker, { host, port, webSockets, trustedProxies, page }),
        ),
      )
      if (given.noUdp) continue
      const udpPort = udp[0]?.port ?? given.udpPort ?? http[0]!.port
      udp.push(await listen(host, udpPort, () => UdpFront.open(tracker, { host, port: udpPort })))
    }
  } catch (error) {
    await close()
    throw error
  }
  const port = http[0]!.port
  const urls = hosts.map(host => `http://${reachable(host)}:${port}/announce`)
  log.info({ urls, udpPort: udp[0]?.port ?? null, private: tracker.isPrivate }, 'the hub answers')
  return { port, udpPort: udp[0]?.port ?? null, urls, stats, close }
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
  const { passkeyFile, allowFile, ban, trustedAddress, announcesPerSecond, connections, maxPeers } = given
  const intervalSeconds = given.interval ?? DEFAULT_INTERVAL_SECONDS
  const store = new MemoryStore({
    expirySeconds: expirySecondsFor(intervalSeconds),
    ...(maxPeers !== undefined && { maxPeers }),
  })
  return {
    store,
    intervalSeconds,
    ...(passkeyFile !== undefined && { passkeys: lines(passkeyFile, isPasskey, 'no passkey') }),
    ...(allowFile !== undefined && { allowedHashes: lines(allowFile, isInfoHash, 'no info hash') }),
    ...(ban && { bannedAddresses: ban }),
    ...(trustedAddress && { trustedAddresses: trustedAddress }),
    ...(announcesPerSecond !== undefined && { announcesPerSecond }),
    ...(connections !== undefined && { connectionsPerAddress: connections }),
  }
}

/** Lines that are not empty; what follows # is for people. The line itself is not told: a passkey is a secret. */
function lines(file: string, isRight: (line: string) => boolean, wrong: string): string[] {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new SetupError(`${file} cannot be read: ${(error as Error).message}`)
  }
  return content.split('\n').flatMap((line, at) => {
    const text = line.replace(/#.*/, '').trim()
    if (text === '') return []
    if (!isRight(text)) throw new SetupError(`${file}: line ${at + 1} is ${wrong}`)
    return [text]
  })
}

function isInfoHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)
}

async function listen<T>(host: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new SetupError(`port ${port} is taken: stop what listens there, or choose another with --port`)
    if (code === 'EADDRNOTAVAIL')
      throw new SetupError(`${host} is no address of this machine: choose another with --host`)
    if (code === 'EACCES')
      throw new SetupError(`port ${port} needs rights that this user has not: choose one above 1023`)
    throw new SetupError(`the hub cannot listen at ${host}, port ${port}: ${message}`)
  }
}

/** As this machine itself reaches it. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
