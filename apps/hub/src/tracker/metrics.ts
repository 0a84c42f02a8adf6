import { counter, type Family, gauge, type Sample } from '@shoal/daemon/metrics'
import type { TrackerCounters } from '@shoal/tracker'
import type { HubStats, JoinStats, ProcessStats } from './stats.ts'

type Labels = Readonly<Record<string, string>>

/**
 * Swarms and peers are counted for the entire hub. Metrics of a process have one sample per process
 * if there are several.
 */
export function trackerFamilies(stats: HubStats): Family[] {
  const { peers, join } = stats
  const processes: [labels: Labels, ProcessStats][] = join
    ? Object.entries(join.processes).map(([number, each]) => [{ process: number }, each])
    : [[{}, stats]]
  const each = (read: (of: ProcessStats) => number): Sample[] =>
    processes.map(([labels, of]) => ({ labels, value: read(of) }))
  const byFront = (read: (of: ProcessStats) => Readonly<Record<string, number>>): Sample[] =>
    processes.flatMap(([labels, of]) =>
      Object.entries(read(of)).map(([front, value]) => ({ labels: { front, ...labels }, value })),
    )
  const requests = (of: keyof TrackerCounters) =>
    byFront(({ requests: { udp, http, webSocket } }) => ({
      udp: udp[of],
      http: http[of],
      webSocket: webSocket[of],
    }))
  return [
    gauge('hub_swarms', 'Torrents that have peers or had some recently.', stats.swarms),
    gauge(
      'hub_peers',
      'Peers by kind of address.',
      Object.entries(peers).map(([kind, value]) => ({ labels: { kind }, value })),
    ),
    gauge('hub_seeds', 'Complete peers.', stats.seeds),
    gauge('hub_leeches', 'Incomplete peers.', stats.leeches),
    counter('hub_announces_total', 'Answered announces.', requests('announces')),
    counter('hub_scrapes_total', 'Answered scrapes.', requests('scrapes')),
    counter(
      'hub_refused_total',
      'Refused requests: banned, too frequent, or without a valid passkey.',
      requests('refused'),
    ),
    counter(
      'hub_stun_responses_total',
      'STUN responses.',
      each(({ stunResponses }) => stunResponses),
    ),
    gauge(
      'hub_connections',
      'Open connections.',
      byFront(({ connections }) => ({ ...connections })),
    ),
    gauge('hub_uptime_seconds', 'Time since the start.', [
      { labels: join ? { process: String(join.number) } : {}, value: stats.uptimeSeconds },
    ]),
    gauge(
      'hub_memory_bytes',
      'Resident memory.',
      each(({ memoryBytes }) => memoryBytes),
    ),
    ...(join ? joinFamilies(join) : []),
  ]
}

function joinFamilies({ isJoined, number, processes, messages }: JoinStats): Family[] {
  const own = { process: String(number) }
  return [
    gauge('hub_joined', '1 if the process that answers reaches the others.', [
      { labels: own, value: isJoined ? 1 : 0 },
    ]),
    gauge('hub_processes', 'Processes that it knows of.', [
      { labels: own, value: Object.keys(processes).length },
    ]),
    counter(
      'hub_messages_total',
      'Messages between processes.',
      Object.entries(messages).map(([way, value]) => ({ labels: { way, ...own }, value })),
    ),
  ]
}
