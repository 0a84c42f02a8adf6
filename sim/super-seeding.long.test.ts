import { describe, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const KIB = 1024
const UPLINK = 64 * KIB
const LINK = { uploadBytesPerSecond: UPLINK, downloadBytesPerSecond: 16 * UPLINK, latencyMs: 20 }
const PIECES = 96

/**
 * Returns the copies that the seed had sent when the leeches together had every piece, and the time
 * until all were complete.
 */
async function firstCopy(superSeeding: boolean, leeches: number, seed: number) {
  const torrent = await testTorrent({ pieces: PIECES, pieceLengthBytes: 32 * KIB })
  const world = new World(torrent, seed)
  try {
    const first = await world.join({ seed: true, link: LINK, add: { superSeeding } })
    const seen = new Set<number>()
    let copies = 0
    for (let i = 0; i < leeches; i++) {
      const { torrent: leech } = await world.join({ link: LINK })
      leech.on('piece', piece => {
        seen.add(piece)
        if (seen.size === PIECES) copies ||= first.torrent.stats.uploadedBytes / torrent.content.length
      })
    }
    await world.complete(3_600_000)
    return { copies, ms: world.clock.nowMs() }
  } finally {
    await world.close()
  }
}

describe('the first seed of a torrent', () => {
  it.each([2, 8])('sends about one copy to %i leeches when it super-seeds (BEP 16)', async leeches => {
    const usual = await firstCopy(false, leeches, 5)
    const economical = await firstCopy(true, leeches, 5)
    expect(economical.copies).toBeLessThan(1.06)
    expect(economical.copies).toBeLessThan(usual.copies)
    expect(economical.ms).toBeLessThan(1.5 * usual.ms)
  })

  it('serves a single leech, which has nobody to pass pieces on to', async () => {
    const { copies } = await firstCopy(true, 1, 6)
    expect(copies).toBeGreaterThan(0.95)
  })
})
