import type { Tracker } from '@shoal/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTrackerList, trackerList, trackerStatsView, trackerView } from './trackers.ts'

function tracker(url: string, tier = 0, change: Partial<Tracker> = {}): Tracker {
  const counts = { peers: 0, seeds: null, leeches: null, downloads: null, nextAnnounceSeconds: null }
  return { url, kind: 'tracker', tier, state: 'idle', message: null, ...counts, ...change }
}

test('a list of tiers survives a round trip', () => {
  const url = fc.webUrl().filter(each => !/\s/.test(each))
  const tiers = fc.uniqueArray(url, { minLength: 1, maxLength: 8 }).chain(urls =>
    fc.array(fc.nat(2), { minLength: urls.length, maxLength: urls.length }).map(at => {
      const groups: string[][] = [[], [], []]
      for (const [index, each] of urls.entries()) groups[at[index]!]!.push(each)
      return groups.filter(group => group.length > 0)
    }),
  )
  fc.assert(
    fc.property(tiers, given => {
      const trackers = given.flatMap((urls, tier) => urls.map(each => tracker(each, tier)))
      expect(parseTrackerList(trackerList(trackers))).toEqual(given)
      expect(parseTrackerList(trackerList(trackers).replaceAll('\n', '\r\n'))).toEqual(given)
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['http://a.example.org:80/x/announce?key=1', 'http://a.example.org:80/x/scrape?key=1', 'example'],
  ['http://10.0.0.1/announce.php', 'http://10.0.0.1/scrape.php', '10.0.0.1'],
  ['http://example.org/a', '', 'example'],
  ['http://example.org/announcements', '', 'example'],
  ['udp://t.example.net:6969', 'udp://t.example.net:6969', 'example'],
  ['not a url', '', ''],
])('%s is scraped at %s and called %s', (url, scrape, sitename) => {
  expect(trackerView(tracker(url), 3)).toMatchObject({ id: 3, announce: url, scrape, sitename })
})

test('a tracker that was never contacted has no response', () => {
  expect(
    trackerStatsView(tracker('http://a/announce', 0, { nextAnnounceSeconds: 30 }), 0, 1000),
  ).toMatchObject({
    hasAnnounced: false,
    lastAnnounceResult: '',
    nextAnnounceTime: 1030,
    seederCount: -1,
  })
  const answered = tracker('http://a/announce', 0, { state: 'ok', seeds: 4, lastAnnounceMs: 900_000 })
  expect(trackerStatsView(answered, 0, 1000)).toMatchObject({
    hasAnnounced: true,
    lastAnnounceSucceeded: true,
    lastAnnounceTime: 900,
    seederCount: 4,
  })
})
