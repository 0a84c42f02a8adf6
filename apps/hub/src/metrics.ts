/** The Prometheus text format, version 0.0.4. */
import type { TrackerCounters } from '@shoal/tracker'
import type { HubStats, JoinStats, ProcessStats } from './stats.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Sample = readonly [labels: string, value: number]

/** Swarms and peers are those of the whole hub. What a process did or has is one sample per process, if there are several. */
export function metricsText(stats: HubStats): string {
  const { peers, join } = stats
  const processes: [label: string, ProcessStats][] = join
    ? Object.entries(join.processes).map(([number, each]) => [`process="${number}"`, each])
    : [['', stats]]
  const samples = (read: (of: ProcessStats) => Readonly<Record<string, number>>, name = '') =>
    processes.flatMap(([process, each]) =>
      Object.entries(read(each)).map(
        ([key, value]): Sample => [labels(name && `${name}="${key}"`, process), value],
      ),
    )
  const byFront = (of: keyof TrackerCounters) =>
    samples(
      ({ requests: { udp, http, webSocket } }) => ({
        udp: udp[of],
        http: http[of],
        webSocket: webSocket[of],
      }),
      'front',
    )
  const uptime: Sample = [labels(join ? `process="${join.number}"` : ''), stats.uptimeSeconds]
  return [
    family('shoal_hub_swarms', 'gauge', 'Torrents that have peers or had some recently', [
      ['', stats.swarms],
    ]),
    family('shoal_hub_peers', 'gauge', 'Peers by kind of address', [
      ...Object.entries(peers).map(([kind, count]): Sample => [`{kind="${kind}"}`, count]),
    ]),
    family('shoal_hub_seeds', 'gauge', 'Complete peers', [['', stats.seeds]]),
    family('shoal_hub_leeches', 'gauge', 'Incomplete peers', [['', stats.leeches]]),
    family('shoal_hub_announces_total', 'counter', 'Answered announces', byFront('announces')),
    family('shoal_hub_scrapes_total', 'counter', 'Answered scrapes', byFront('scrapes')),
    family(
      'shoal_hub_refused_total',
      'counter',
      'Refused requests: banned, too frequent, or without a valid passkey',
      byFront('refused'),
    ),
    family(
      'shoal_hub_stun_responses_total',
      'counter',
      'STUN responses',
      samples(({ stunResponses }) => ({ stunResponses })),
    ),
    family(
      'shoal_hub_connections',
      'gauge',
      'Open connections',
      samples(({ connections: { http, webSocket } }) => ({ http, webSocket }), 'front'),
    ),
    family('shoal_hub_uptime_seconds', 'gauge', 'Time since the start', [uptime]),
    family(
      'process_resident_memory_bytes',
      'gauge',
      'Resident memory of the process',
      samples(({ memoryBytes }) => ({ memoryBytes })),
    ),
    ...(join ? joinFamilies(join) : []),
  ].join('')
}

function joinFamilies({ isJoined, number, processes, messages }: JoinStats): string[] {
  const own = labels(`process="${number}"`)
  return [
    family('shoal_hub_joined', 'gauge', '1 if the process that answers reaches the others', [
      [own, isJoined ? 1 : 0],
    ]),
    family('shoal_hub_processes', 'gauge', 'Processes that it knows of', [
      [own, Object.keys(processes).length],
    ]),
    family(
      'shoal_hub_messages_total',
      'counter',
      'Messages between processes',
      Object.entries(messages).map(([way, count]) => [labels(`way="${way}"`, `process="${number}"`), count]),
    ),
  ]
}

function labels(...all: string[]): string {
  const given = all.filter(label => label !== '')
  return given.length === 0 ? '' : `{${given.join(',')}}`
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
