/**
 * The stats page: HTML without scripts. It contains only the hub's own numbers, so nothing needs
 * escaping.
 */
import { createHash } from 'node:crypto'
import type { HubStats } from './stats.ts'

const STYLE = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f5f7f6, #0e1416);
  --surface: light-dark(#ffffff, #141b1e);
  --line: light-dark(#e0e6e4, #243034);
  --text: light-dark(#14201f, #e6eeec);
  --soft: light-dark(#465653, #aab8b6);
  --accent: light-dark(#08616a, #6ccfd5);
}
* { box-sizing: border-box }
body {
  margin: 0; padding: 24px 16px 48px; background: var(--bg); color: var(--text);
  font: 0.875rem/1.5 Inter, "SF Pro Text", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 720px; margin: 0 auto }
h1 { margin: 0; font-size: 1.5rem; color: var(--accent) }
h2 { margin: 32px 0 8px; font-size: 1rem }
p { margin: 4px 0 0; color: var(--soft) }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 24px 0 0 }
dl div { padding: 12px 16px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px }
dt { color: var(--soft); font-size: 0.8125rem }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums }
table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line) }
th, td { padding: 8px 16px; text-align: right; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums }
th:first-child { text-align: left }
thead th { color: var(--soft); font-weight: 500 }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
a { color: var(--accent) }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const

const NAMES = { udp: 'UDP', http: 'HTTP', webSocket: 'WebSocket' } as const

/**
 * Returns the page. `nowMs`: Unix time. It does not reload automatically, since that would move the
 * focus of users of keyboards and screen readers.
 */
export function statsPage(stats: HubStats, nowMs: number): string {
  const { peers, connections } = stats
  const rows = Object.entries(stats.requests).map(
    ([front, { announces, scrapes, refused }]) =>
      `<tr><th scope="row">${NAMES[front as keyof typeof NAMES]}</th><td>${number(announces)}</td><td>${number(scrapes)}</td><td>${number(refused)}</td></tr>`,
  )
  const announce = stats.isPrivate
    ? 'It is private: use the announce URL that you were given.'
    : 'Announce to <code>/announce</code> over HTTP or WebSocket, or over UDP.'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<title>Shoal hub: statistics</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Shoal hub</h1>
<p>A BitTorrent tracker, up for ${duration(stats.uptimeSeconds)}. ${announce}</p>
<p>As of ${new Date(nowMs).toISOString().slice(11, 19)} UTC. <a href="">Reload</a></p>
<dl>${facts({ Swarms: stats.swarms, Seeds: stats.seeds, Leeches: stats.leeches })}</dl>
<p>A swarm is the peers of one info hash. A hybrid torrent has two, and its peers count in both.</p>
<h2>Peers</h2>
<dl>${facts({ IPv4: peers.ipv4, IPv6: peers.ipv6, 'In browsers': peers.web })}</dl>
<h2>Since the start</h2>
<table>
<thead><tr><th scope="col">Protocol</th><th scope="col">Announces</th><th scope="col">Scrapes</th><th scope="col">Refused</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table>
${processesText(stats.join)}<p>${number(connections.http)} HTTP and ${number(connections.webSocket)} WebSocket connections, ${number(stats.stunResponses)} STUN responses, ${number(Math.round(stats.memoryBytes / 1e6))} MB of memory.
Version ${stats.version}. For programs: <a href="/stats.json">/stats.json</a>, <a href="/metrics">/metrics</a>.</p>
</main>
</body>
</html>
`
}

function processesText(join: HubStats['join']): string {
  if (!join) return ''
  const count = Object.keys(join.processes).length
  const text = join.isJoined
    ? `${number(count)} ${count === 1 ? 'process' : 'processes'}.`
    : 'This process cannot reach the others at the moment: these are the numbers that it knows.'
  return `<p>${text}</p>\n`
}

function facts(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${number(value)}</dd></div>`)
    .join('')
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`
}
