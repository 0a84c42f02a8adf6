import { expect, test } from 'vitest'
import type { HubStats } from './stats.ts'
import { statsPage } from './stats-page.ts'

const COUNTS = { announces: 1200, scrapes: 3, refused: 0 }
const STATS: HubStats = {
  ...{ version: '1.2.3', uptimeSeconds: 3 * 86_400, isPrivate: false },
  ...{ swarms: 2, seeds: 2, leeches: 0, peers: { ipv4: 2, ipv6: 0, web: 0 } },
  requests: { udp: COUNTS, http: COUNTS, webSocket: COUNTS },
  connections: { http: 1, webSocket: 0 },
  ...{ stunResponses: 0, memoryBytes: 5e7, join: null },
}

test('shows when its numbers were counted, and what they count', () => {
  const page = statsPage(STATS, Date.UTC(2026, 0, 2, 3, 4, 5))
  expect(page).toContain('As of 03:04:05 UTC')
  expect(page).toContain('<dt>Swarms</dt><dd>2</dd>')
  expect(page).toContain('A hybrid torrent has two')
  expect(page).toContain('<td>1,200</td>')
})

test('neither reloads by itself nor has a header without text', () => {
  const page = statsPage(STATS, 0)
  expect(page).not.toMatch(/http-equiv="refresh"/)
  expect(page).not.toMatch(/<th[^>]*><\/th>/)
})
