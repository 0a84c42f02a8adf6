/** The Prometheus text format, version 0.0.4. */
import type { HubStats } from './stats.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Sample = readonly [labels: string, value: number]

export function metricsText(stats: HubStats): string {
  const { peers, requests, connections } = stats
  const byFront = (of: 'announces' | 'scrapes' | 'refused') =>
    Object.entries(requests).map(([front, counters]): Sample => [`{front="${front}"}`, counters[of]])
  return [
    family('shoal_hub_swarms', 'gauge', 'Torrents with peers, or that had some lately', [['', stats.swarms]]),
    family('shoal_hub_peers', 'gauge', 'Peers, by how they are reached', [
      ...Object.entries(peers).map(([kind, count]): Sample => [`{kind="${kind}"}`, count]),
    ]),
    family('shoal_hub_seeds', 'gauge', 'Peers that have everything', [['', stats.seeds]]),
    family('shoal_hub_leeches', 'gauge', 'Peers that do not', [['', stats.leeches]]),
    family('shoal_hub_announces_total', 'counter', 'Announces answered', byFront('announces')),
    family('shoal_hub_scrapes_total', 'counter', 'Scrapes answered', byFront('scrapes')),
    family(
      'shoal_hub_refused_total',
      'counter',
      'Requests refused: banned, too often, no passkey',
      byFront('refused'),
    ),
    family('shoal_hub_connections', 'gauge', 'Open connections', [
      ['{front="http"}', connections.http],
      ['{front="webSocket"}', connections.webSocket],
    ]),
    family('shoal_hub_uptime_seconds', 'gauge', 'Since the start', [['', stats.uptimeSeconds]]),
    family('process_resident_memory_bytes', 'gauge', 'Memory of the process', [['', stats.memoryBytes]]),
  ].join('')
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
