import type { NodeOperations } from '@shoal/api'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import { testSettings } from '../testing/settings.ts'
import { Entries } from '../transfers/testing/entries.ts'
import { SeedingLimits, type SeedingTorrent, seedingEnds } from './seeding-limits.ts'

const torrent = (more: Partial<SeedingTorrent> = {}): SeedingTorrent => ({
  id: 'a',
  name: 'A',
  ratio: 1.5,
  seedingSeconds: 600,
  ratioLimit: null,
  seedingTimeLimitMinutes: null,
  ...more,
})
const never = { ratioLimit: null, timeLimitMinutes: null, action: 'pause' } as const

test.each([
  ['no limits', {}, never, false],
  ['the ratio of the settings, reached', {}, { ...never, ratioLimit: 1.5 }, true],
  ['the ratio of the settings, not reached', {}, { ...never, ratioLimit: 1.51 }, false],
  ['its own ratio before that of the settings', { ratioLimit: 1 }, { ...never, ratioLimit: 2 }, true],
  ['0 of its own: never', { ratioLimit: 0 }, { ...never, ratioLimit: 1 }, false],
  ['nothing moved yet', { ratio: null }, { ...never, ratioLimit: 0.01 }, false],
  ['the time of the settings', {}, { ...never, timeLimitMinutes: 10 }, true],
  ['its own time', { seedingTimeLimitMinutes: 11 }, { ...never, timeLimitMinutes: 10 }, false],
  ['0 minutes of its own: never', { seedingTimeLimitMinutes: 0 }, { ...never, timeLimitMinutes: 1 }, false],
  ['either is enough', { ratioLimit: 9 }, { ...never, timeLimitMinutes: 10 }, true],
])('%s', (_, more, settings, ends) => {
  expect(seedingEnds(torrent(more), settings) !== null).toBe(ends)
})

test('torrents that reach a limit get the configured action, also if one of them fails', async () => {
  const clock = new VirtualClock()
  const log = new Entries()
  const settings = testSettings({ seeding: { ratioLimit: 1, timeLimitMinutes: null, action: 'remove' } })
  const torrents = new Map([
    ['a', torrent({ id: 'a' })],
    ['b', torrent({ id: 'b', ratio: 0.5 })],
    ['c', torrent({ id: 'c' })],
  ])
  const done: unknown[] = []
  const actOnTorrents: NodeOperations['actOnTorrents'] = async ({ ids, action }) => {
    if (ids.includes('a') && done.length === 0) {
      done.push('failed')
      throw Object.assign(new Error('it is moving'), { code: 'busy' })
    }
    done.push([ids, action])
    for (const id of ids) torrents.delete(id)
    return { ids: ids as string[] }
  }
  const limits = new SeedingLimits({
    clock,
    log,
    ...settings,
    operations: { actOnTorrents },
    seeding: () => torrents.values(),
  })
  limits.start()
  await clock.advance(60_000)
  expect(done).toEqual(['failed', [['c'], 'remove'], [['a'], 'remove']])
  expect(log.text).toContain('it is moving')
  expect([...torrents.keys()]).toEqual(['b'])
  await limits.close()
  expect(clock.pending).toBe(0)
})
