import type { Torrent } from '@shoal/api'
import { expect, test } from 'vitest'
import { sampleDetail } from '../../node/server/compat/testing/sample.ts'
import { explainState, explainUnshared, stateColor, stateText } from './torrent-state.ts'

const torrent = (change: Partial<Torrent>) => sampleDetail(change)

test.each([
  [{}, 'downloading'],
  [{ reason: 'no-peers' }, 'no peers'],
  [{ reason: 'tracker-error' }, 'tracker error'],
  [{ reason: 'stalled' }, 'stalled'],
  [{ reason: 'changed-files' }, 'files changed'],
  [{ state: 'queued', queuePosition: 2 }, 'queued 2'],
  [{ state: 'complete', reason: null }, 'paused, not shared'],
  [{ state: 'error', error: { code: 'no-space', message: 'disk full' } }, 'error: disk full'],
] as const)('a torrent with %o shows as %s', (change, text) => {
  expect(stateText(torrent(change))).toBe(text)
})

test('a download for which nothing arrives has another color than one that runs', () => {
  expect(stateColor(torrent({}))).not.toBe(stateColor(torrent({ reason: 'no-peers' })))
})

test('says why nobody can use a link, and what to do', () => {
  const whole = { totalBytes: 10, wantedBytes: 10, haveBytes: 10, reason: null }
  expect(explainUnshared(torrent({ ...whole, state: 'seeding' }))).toBeNull()
  expect(explainUnshared(torrent({ ...whole, state: 'complete' }))).toMatch(/paused.*shoal resume/)
  expect(explainUnshared(torrent({ state: 'metadata', totalBytes: null, reason: null }))).toMatch(/not known/)
})

test('what explains a state says what helps; nothing is explained if all is well', () => {
  expect(explainState(torrent({}))).toBeNull()
  expect(explainState(torrent({ reason: 'no-peers' }))).toMatch(/must be online/)
  expect(explainState(torrent({ state: 'queued' }))).toMatch(/resume --now/)
  const trackers = [
    { kind: 'dht', message: '12 nodes' },
    { kind: 'tracker', message: null },
    { kind: 'tracker', message: 'The tracker does not answer.' },
  ] as const
  expect(explainState(torrent({ reason: 'tracker-error' }), trackers)).toMatch(
    /all 2 trackers fail: The tracker does not answer\. Check/,
  )
  expect(explainState(torrent({ reason: 'tracker-error', state: 'seeding' }), trackers)).toMatch(
    /others cannot find this torrent/,
  )
})
