import { beforeAll, expect, it } from 'vitest'
import type { SwarmContext } from '../swarm-context.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

const addresses = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ host: `80.2.0.${i + 1}`, port: 7000 }))

it('obeys the limits of torrent and session', async () => {
  let allowed = 3
  const signals: AbortSignal[] = []
  const context: Partial<SwarmContext> = {
    connector: {
      mayDial: () => signals.length < allowed,
      dial: (_address, _topic, signal) => {
        signals.push(signal)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    },
  }
  const bench = await TestSwarm.open(torrent, { context, settings: { maxPeersPerTorrent: 5 } })
  bench.swarm.addAddresses(addresses(9), 'tracker')
  expect(signals).toHaveLength(3)
  allowed = 100
  await bench.pass(1000)
  expect(signals).toHaveLength(5)
  expect(bench.swarm.isDialing).toBe(true)
  bench.swarm.close()
  expect(signals.every(signal => signal.aborted)).toBe(true)
})

it('recognizes itself, and never dials that address again', async () => {
  const other = await TestSwarm.open(torrent)
  let dials = 0
  const bench = await TestSwarm.open(torrent, {
    context: {
      connector: {
        mayDial: () => true,
        dial: async () => {
          dials++
          const { connection } = (await other.connect()).peer!.link
          const features = { extended: true, fast: true, dht: false, v2: false }
          const topic = new Uint8Array(20)
          const handshake = { infoHash: topic, peerId: new Uint8Array(20).fill(1), features }
          return { connection, encrypted: false, handshake, topic, v2: false, early: new Uint8Array(0) }
        },
      },
    },
  })
  bench.swarm.addAddresses(addresses(1), 'tracker')
  await bench.pass(3_600_000)
  expect(dials).toBe(1)
  expect(bench.swarm.peers.size).toBe(0)
  expect(bench.swarm.pool.size).toBe(0)
})

it('learns the listening port of an incoming peer, and dials it after the peer left', async () => {
  const bench = await TestSwarm.open(torrent)
  const { remote } = await bench.connect({ ip: '80.1.1.1' })
  remote.extended({ port: 7777 })
  await bench.pass(10_000)
  expect(bench.dialled).toEqual([])
  remote.connection.close()
  await bench.until(() => bench.dialled.length > 0)
  expect(bench.dialled[0]).toBe('80.1.1.1:7777')
})
