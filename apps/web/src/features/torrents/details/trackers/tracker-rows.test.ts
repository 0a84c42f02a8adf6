import type { Tracker } from '@shoal/api'
import { expect, test } from 'vitest'
import { formatTiers, grouped, parseTiers, secondsLeft } from './tracker-rows.ts'

const tracker = (url: string, tier: number | null, kind: Tracker['kind'] = 'tracker'): Tracker => ({
  url,
  kind,
  tier,
  state: 'ok',
  message: null,
  peers: 0,
  seeds: null,
  leeches: null,
  downloads: null,
  nextAnnounceSeconds: 90,
})

test('trackers are listed by tier, other sources after them', () => {
  const { tiers, others } = grouped([
    tracker('DHT', null, 'dht'),
    tracker('udp://b', 1),
    tracker('udp://a', 0),
    tracker('udp://c', 1),
  ])
  expect(tiers.map(([tier, list]) => [tier, list.map(({ url }) => url)])).toEqual([
    [0, ['udp://a']],
    [1, ['udp://b', 'udp://c']],
  ])
  expect(others.map(({ kind }) => kind)).toEqual(['dht'])
})

test('tiers written as lines read back, without blanks and repetitions', () => {
  const items = [tracker('udp://a', 0), tracker('udp://b', 1), tracker('udp://c', 1)]
  expect(parseTiers(formatTiers(items))).toEqual([['udp://a'], ['udp://b', 'udp://c']])
  expect(parseTiers('\n a \n\n \n\nb\na\n')).toEqual([['a'], ['b']])
  expect(parseTiers('')).toEqual([])
})

test('the time until the next announce counts on, and stops at zero', () => {
  expect(secondsLeft(tracker('a', 0), 1000, 31_000)).toBe(60)
  expect(secondsLeft(tracker('a', 0), 1000, 999_000)).toBe(0)
  expect(secondsLeft({ ...tracker('a', 0), nextAnnounceSeconds: null }, 0, 0)).toBeNull()
})
