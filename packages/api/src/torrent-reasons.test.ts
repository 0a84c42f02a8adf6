import { expect, test } from 'vitest'
import { STATE_FILTERS, TORRENT_STATES } from './choices.ts'
import { isInState, shownState, whyUnshared } from './torrent-reasons.ts'

const whole = {
  state: 'seeding',
  reason: null,
  error: null,
  trackersFail: false,
  totalBytes: 10,
  wantedBytes: 10,
  haveBytes: 10,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
} as const

test.each([
  [{}, null],
  [{ state: 'downloading', haveBytes: 4 }, null],
  [{ state: 'moving' }, null],
  [{ state: 'complete' }, 'paused'],
  [{ state: 'paused', haveBytes: 4 }, 'paused'],
  [{ state: 'queued' }, 'queued'],
  [{ state: 'checking' }, 'checking'],
  [{ state: 'error', error: { code: 'not-found', message: 'gone' } }, 'missing-files'],
  [{ state: 'error', error: { code: 'no-space', message: 'full' } }, 'error'],
  [{ state: 'metadata', totalBytes: null, wantedBytes: null, haveBytes: 0 }, 'metadata'],
  [{ state: 'downloading', haveBytes: 0 }, 'empty'],
  [{ reason: 'no-route' }, 'no-route'],
  [{ reason: 'tracker-error' }, 'unfindable'],
  [{ totalBytes: 0, wantedBytes: 0, haveBytes: 0 }, null],
] as const)('a torrent with %o is given to others, or not: %s', (change, why) => {
  expect(whyUnshared({ ...whole, ...change })).toBe(why)
})

test('what is paused is in one group; every torrent is either active or inactive, and finished or not', () => {
  for (const state of TORRENT_STATES)
    for (const haveBytes of [0, 10]) {
      const torrent = { ...whole, state, haveBytes }
      const groups = STATE_FILTERS.filter(filter => isInState(torrent, filter))
      expect(groups).toContain(state)
      expect(groups.includes('paused')).toBe(state === 'paused' || state === 'complete')
      expect(groups.filter(group => group === 'active' || group === 'inactive')).toEqual(['inactive'])
      expect(groups.filter(group => group === 'finished' || group === 'unfinished')).toHaveLength(1)
    }
  expect(isInState({ ...whole, uploadBytesPerSecond: 1 }, 'active')).toBe(true)
})

test('a reason is shown instead of the state', () => {
  expect(shownState({ state: 'metadata', reason: 'no-peers' })).toBe('no-peers')
  expect(shownState({ state: 'complete', reason: null })).toBe('complete')
})
