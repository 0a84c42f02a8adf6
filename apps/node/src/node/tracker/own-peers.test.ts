import type { Session } from '@shoal/torrent'
import type { Tracker } from '@shoal/tracker'
import { expect, onTestFinished, test } from 'vitest'
import { OwnPeers } from './own-peers.ts'

test('thousands of torrents are announced in many turns of the event loop', async () => {
  const turns: number[] = [0]
  const store = { announce: () => void turns[turns.length - 1]!++ }
  const torrents = Array.from({ length: 1000 }, (_, at) => ({
    ...{ state: 'seeding', isComplete: true, metainfo: null },
    infoHashes: { v1: Uint8Array.from({ length: 20 }, (_, byte) => (at >> (4 * byte)) & 15) },
  }))
  const session = { port: 6881, torrents } as unknown as Session
  const peers = new OwnPeers({ store } as unknown as Tracker, session, () => ['127.0.0.1'])
  onTestFinished(() => peers.close())
  peers.tell()
  while (turns.at(-1)! > 0) {
    turns.push(0)
    await new Promise(setImmediate)
  }
  expect(turns.reduce((sum, count) => sum + count)).toBe(1000)
  expect(Math.max(...turns)).toBe(100)
})
