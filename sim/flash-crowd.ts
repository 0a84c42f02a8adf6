import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const UPLINK = 64 * 1024
const LINK = { uploadBytesPerSecond: UPLINK, downloadBytesPerSecond: 8 * UPLINK, latencyMs: 20 }
/** The default of a session. With 40, a crowd of 100 takes 5 % longer. */
const MAX_CONNECTIONS = 100

export interface FlashCrowd {
  readonly leeches: number
  readonly pieces: number
  /** Virtual seconds from the first leech's arrival until the last one is complete. */
  readonly seconds: number
  /**
   * The theoretical minimum: (1 + floor(log2 leeches) / pieces) times the time of one copy through
   * an uplink.
   */
  readonly boundSeconds: number
  /** Virtual seconds until every piece has left the seed. */
  readonly firstCopySeconds: number
  readonly fastestSeconds: number
  /** Copies that the seed sent. */
  readonly copiesFromSeed: number
  /** Wasted bytes of the leeches, as a share of what they downloaded. */
  readonly waste: number
}

/**
 * A seed, and leeches with equal uplinks that arrive almost simultaneously, until all are complete.
 */
export async function flashCrowd(
  leeches: number,
  { pieces = 512, pieceLengthBytes = 16 * 1024, seed = 1 } = {},
): Promise<FlashCrowd> {
  const world = new World(await testTorrent({ pieces, pieceLengthBytes }), seed)
  const session = { maxConnectionsPerTorrent: MAX_CONNECTIONS }
  const origin = await world.join({ seed: true, link: LINK, session })
  for (let i = 0; i < leeches; i++) await world.join({ link: LINK, session })
  const crowd = world.hosts.slice(1)
  const startMs = crowd[0]!.joinedMs
  const out = new Set<number>()
  let firstCopyMs = 0
  for (const { torrent } of crowd)
    torrent.on('piece', piece => {
      if (out.add(piece).size === pieces) firstCopyMs ||= world.clock.nowMs()
    })
  const size = world.torrent.content.length
  const boundSeconds = ((1 + Math.floor(Math.log2(leeches)) / pieces) * size) / UPLINK
  await world.complete(5 * boundSeconds * 1000)
  const ends = crowd.map(({ completeMs }) => (completeMs! - startMs) / 1000)
  const wasted = crowd.reduce((sum, { torrent }) => sum + torrent.stats.wastedBytes, 0)
  const result = {
    leeches,
    pieces,
    seconds: Math.max(...ends),
    boundSeconds,
    firstCopySeconds: (firstCopyMs - startMs) / 1000,
    fastestSeconds: Math.min(...ends),
    copiesFromSeed: origin.torrent.stats.uploadedBytes / size,
    waste: wasted / (leeches * size),
  }
  await world.close()
  return result
}
