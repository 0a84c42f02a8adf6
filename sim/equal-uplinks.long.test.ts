import { afterEach, describe, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { fairness, type Host, World } from './support/world.ts'

const KIB = 1024
const UPLINK = 64 * KIB
const LINK = { uploadBytesPerSecond: UPLINK, downloadBytesPerSecond: 8 * UPLINK, latencyMs: 20 }

let world: World
afterEach(() => world?.close())

/** Returns a function that returns the host's wasted bytes at the time it reached `progress`. */
function wasteAt(progress: number, host: Host): () => number {
  let waste: number | null = null
  host.torrent.on('piece', () => {
    const { stats } = host.torrent
    if (stats.progress >= progress) waste ??= stats.wastedBytes
  })
  return () => waste ?? Number.NaN
}

describe('50 peers with equal uplinks and one seed', () => {
  it('complete at similar times near the optimum, with next to no duplicate blocks before the endgame', async () => {
    const torrent = await testTorrent({ pieces: 128, pieceLengthBytes: 32 * KIB })
    const size = torrent.content.length
    world = new World(torrent, 1)
    await world.join({ seed: true, link: LINK })
    const leeches: Host[] = []
    for (let i = 0; i < 50; i++) leeches.push(await world.join({ link: LINK }))
    const waste = leeches.map(host => wasteAt(0.9, host))
    await world.complete(600_000)

    // The bytes of fifty copies have to be sent through 51 uplinks.
    const optimumMs = (1000 * 50 * size) / (51 * UPLINK)
    const times = leeches.map(host => host.completeMs! - host.joinedMs)
    expect(Math.max(...times)).toBeLessThan(1.7 * optimumMs)
    expect(fairness(times)).toBeGreaterThan(0.98)
    expect(Math.max(...times)).toBeLessThan(1.3 * Math.min(...times))

    // Some blocks arrive after the peer choked us and they were requested from others.
    expect(waste.reduce((sum, bytes) => sum + bytes(), 0)).toBeLessThan(0.002 * 50 * size)
    for (const { torrent } of leeches) {
      const { downloadedBytes, wastedBytes, haveBytes } = torrent.stats
      expect(haveBytes).toBe(size)
      // Duplicate requests of the endgame that could not be canceled in time.
      expect(wastedBytes).toBeLessThan(0.15 * size)
      // Partial blocks of connections that ended count as neither.
      expect(downloadedBytes - wastedBytes).toBeLessThan(1.02 * size)
      expect(downloadedBytes).toBeGreaterThanOrEqual(size)
    }
  })
})
