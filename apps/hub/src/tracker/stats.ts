import { asObject, parseObject } from '@shoal/torrent/json'
import type {
  FrontName,
  HttpFront,
  Join,
  StoreStats,
  Tracker,
  TrackerCounters,
  WebSocketFront,
} from '@shoal/tracker'
import type { Stun } from '../stun/service.ts'

/** Statistics of one process of a hub. */
export interface ProcessStats {
  /** Counters since the start. */
  readonly requests: Readonly<Record<FrontName, TrackerCounters>>
  /** STUN responses since the start. */
  readonly stunResponses: number
  readonly connections: { readonly http: number; readonly webSocket: number }
  readonly memoryBytes: number
}

/** The processes of a hub that runs several. */
export interface JoinStats {
  /** False if this process cannot reach the others: it then knows of none. */
  readonly isJoined: boolean
  /** Number of this process. */
  readonly number: number
  /** By number. */
  readonly processes: Readonly<Record<number, ProcessStats>>
  /** Messages between processes. */
  readonly messages: { readonly sent: number; readonly received: number; readonly dropped: number }
}

/** Contents of `/stats.json`: for the entire hub, with each peer and request counted once. */
export interface HubStats extends ProcessStats {
  readonly version: string
  /** Time since this process started. */
  readonly uptimeSeconds: number
  readonly isPrivate: boolean
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  readonly peers: { readonly ipv4: number; readonly ipv6: number; readonly web: number }
  /** Null if the hub runs in one process. */
  readonly join: JoinStats | null
}

export interface Fronts {
  readonly http: readonly HttpFront[]
  readonly webSockets: WebSocketFront
  readonly stun: Stun | null
}

export function processStats(tracker: Tracker, { http, webSockets, stun }: Fronts): ProcessStats {
  return {
    requests: tracker.counters,
    stunResponses: stun?.answered ?? 0,
    connections: {
      http: http.reduce((sum, { connections }) => sum + connections, 0),
      webSocket: webSockets.connections,
    },
    memoryBytes: process.memoryUsage.rss(),
  }
}

export function readStats(
  { swarms, seeds, leeches, peersByFamily }: StoreStats,
  own: ProcessStats,
  join: Join | null,
  about: { readonly version: string; readonly startedMs: number; readonly isPrivate: boolean },
): HubStats {
  const [ipv4, ipv6, web] = peersByFamily
  const joined = join && joinStats(join, own)
  return {
    version: about.version,
    uptimeSeconds: Math.floor((performance.now() - about.startedMs) / 1000),
    isPrivate: about.isPrivate,
    swarms,
    seeds,
    leeches,
    peers: { ipv4, ipv6, web },
    ...(joined ? Object.values(joined.processes).reduce(sumOf) : own),
    join: joined,
  }
}

function joinStats(join: Join, own: ProcessStats): JoinStats {
  const { isJoined, number } = join
  const others = isJoined ? join.members : []
  const processes: Record<number, ProcessStats> = { [number]: own }
  for (const member of others) {
    const stats = readProcessStats(member.report)
    if (stats) processes[member.number] ??= stats
  }
  return { isJoined, number, processes, messages: { ...join.counters } }
}

/**
 * Parses another process's report. Returns null if a number is missing.
 *
 * @public The fuzzer loads it by its name.
 */
export function readProcessStats(text: string): ProcessStats | null {
  const given = parseObject(text)
  const counts: number[] = []
  const count = (of: unknown, name: string) => {
    const value = asObject(of)?.[name]
    counts.push(typeof value === 'number' && value >= 0 ? value : Number.NaN)
    return counts.at(-1)!
  }
  const counters = (name: FrontName): TrackerCounters => {
    const of = asObject(given?.requests)?.[name]
    return {
      announces: count(of, 'announces'),
      scrapes: count(of, 'scrapes'),
      refused: count(of, 'refused'),
    }
  }
  const stats = {
    requests: { udp: counters('udp'), http: counters('http'), webSocket: counters('webSocket') },
    stunResponses: count(given, 'stunResponses'),
    connections: {
      http: count(given?.connections, 'http'),
      webSocket: count(given?.connections, 'webSocket'),
    },
    memoryBytes: count(given, 'memoryBytes'),
  }
  return counts.every(Number.isFinite) ? stats : null
}

function sumOf(a: ProcessStats, b: ProcessStats): ProcessStats {
  const counters = (name: FrontName): TrackerCounters => ({
    announces: a.requests[name].announces + b.requests[name].announces,
    scrapes: a.requests[name].scrapes + b.requests[name].scrapes,
    refused: a.requests[name].refused + b.requests[name].refused,
  })
  return {
    requests: { udp: counters('udp'), http: counters('http'), webSocket: counters('webSocket') },
    stunResponses: a.stunResponses + b.stunResponses,
    connections: {
      http: a.connections.http + b.connections.http,
      webSocket: a.connections.webSocket + b.connections.webSocket,
    },
    memoryBytes: a.memoryBytes + b.memoryBytes,
  }
}
