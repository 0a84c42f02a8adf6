import { beforeAll, expect, it } from 'vitest'
import { TestSwarm } from './testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from './testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

it('keeps a suspect on parole until it is cleared, even if it reconnects', async () => {
  const bench = await TestSwarm.open(torrent)
  const [first, other] = [await bench.connect({ ip: '80.1.1.1' }), await bench.connect()]
  bench.swarm.transferEvents.onBadPiece(0, { guilty: [], suspects: ['80.1.1.1'], cleared: [] })
  expect(first.peer!.pieces.onParole).toBe(true)
  expect(other.peer!.pieces.onParole).toBe(false)
  first.remote.connection.close()
  await bench.pass(10)
  const again = await bench.connect({ ip: '80.1.1.1' })
  expect(again.peer!.pieces.onParole).toBe(true)
  bench.swarm.transferEvents.onVerdict({ guilty: [], suspects: [], cleared: ['80.1.1.1'] })
  expect(again.peer!.pieces.onParole).toBe(false)
  expect((await bench.connect({ ip: '80.1.1.1' })).peer!.pieces.onParole).toBe(false)
})

it('disconnects a suspect after four failures, and bans a guilty peer', async () => {
  const bench = await TestSwarm.open(torrent)
  const suspect = await bench.connect({ ip: '80.1.1.1' })
  const guilty = await bench.connect({ ip: '80.1.1.2' })
  for (let i = 0; i < 3; i++)
    bench.swarm.transferEvents.onBadPiece(i, { guilty: [], suspects: ['80.1.1.1'], cleared: [] })
  await bench.pass(10)
  expect(suspect.remote.closed).toBe(false)
  bench.swarm.transferEvents.onBadPiece(3, { guilty: ['80.1.1.2'], suspects: ['80.1.1.1'], cleared: [] })
  await bench.pass(10)
  expect([suspect.remote.closed, guilty.remote.closed]).toEqual([true, true])
  expect((await bench.connect({ ip: '80.1.1.1' })).peer).toBeDefined()
  expect((await bench.connect({ ip: '80.1.1.2' })).peer).toBeUndefined()
})
