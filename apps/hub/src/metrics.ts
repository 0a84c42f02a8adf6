/** The Prometheus text format, version 0.0.4. */
import type { HubStats } from './stats.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Sample = readonly [labels: string, value: number]

export function metricsText(stats: HubStats): string {
  const { peers, requests, connections } = stats
  const byFront = (of: 'announces' | 'scrapes' | 'refused') =>
    Object.entries(requests).map(([front, counters]): Sample => [`{front="${front}"}`, counters[of]])
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
    family('shoal_hub_stun_responses_total', 'counter', 'STUN responses', [['', stats.stunResponses]]),
    family('shoal_hub_connections', 'gauge', 'Open connections', [
      ['{front="http"}', connections.http],
      ['{front="webSocket"}', connections.webSocket],
    ]),
    family('shoal_hub_uptime_seconds', 'gauge', 'Time since the start', [['', stats.uptimeSeconds]]),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory of the process', [
      ['', stats.memoryBytes],
    ]),
  ].join('')
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
