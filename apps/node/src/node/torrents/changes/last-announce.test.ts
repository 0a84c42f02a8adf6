import type { TorrentDiscovery } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { lastAnnounceSeconds } from './last-announce.ts'

function tracker(
  state: TorrentDiscovery['state'],
  nextAnnounceSeconds?: number,
  tier = 0,
  hash = 'v1' as const,
) {
  return {
    kind: 'tracker' as const,
    state,
    tier,
    hash,
    ...(nextAnnounceSeconds !== undefined && { nextAnnounceSeconds }),
  }
}

test.each([
  ['no tracker', [], 0],
  [
    'one that is asked now, and one that insists on ten minutes',
    [tracker('working'), tracker('ok', 600, 1)],
    600,
  ],
  [
    'one in five seconds, and one that insists on ten minutes',
    [tracker('ok', 5), tracker('ok', 600, 1)],
    600,
  ],
  ['all are asked now', [tracker('working'), tracker('ok', 0, 1)], 0],
  ['one failed for good', [tracker('failed'), tracker('ok', 5, 1)], 5],
  ['one is off', [tracker('idle', 600), tracker('ok', 5, 1)], 5],
  [
    'one of the same tier failed, which is not asked while another works',
    [tracker('ok', 5), tracker('failed', 900)],
    5,
  ],
  ['all of a tier failed', [tracker('failed', 30), tracker('failed', 900), tracker('ok', 5, 1)], 30],
  ['other sources', [{ ...tracker('ok', 900), kind: 'dht' as const }], 0],
])('the last tracker is asked: %s', (_, discovery, seconds) => {
  expect(lastAnnounceSeconds(discovery)).toBe(seconds)
})
