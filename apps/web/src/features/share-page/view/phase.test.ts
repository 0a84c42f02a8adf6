import { expect, test } from 'vitest'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { choosePhase } from './phase.ts'

const torrent = (of: Partial<TorrentSnapshot>) =>
  ({ state: 'seeding', fileCount: 1, wantedBytes: 0, haveBytes: 0, peers: 1, ...of }) as TorrentSnapshot

test('a share is offered for download, unless all of it was fetched by viewing it', () => {
  expect(choosePhase(torrent({}))).toBe('offered')
  expect(choosePhase(torrent({}), true)).toBe('complete')
  expect(choosePhase(torrent({ state: 'checking' }), true)).toBe('checking')
})

test('what is asked for comes, waits for somebody who has it, rests, and is complete', () => {
  const asked = { wantedBytes: 9, haveBytes: 3, downloadBytesPerSecond: 0, paused: false }
  expect(choosePhase(torrent({ ...asked, peers: 1 }))).toBe('downloading')
  expect(choosePhase(torrent({ ...asked, peers: 0 }))).toBe('waiting')
  expect(choosePhase(torrent({ ...asked, paused: true }))).toBe('paused')
  expect(choosePhase(torrent({ ...asked, haveBytes: 9 }))).toBe('complete')
})
