/** `kill -9` at random moments of a download: nothing on disk is lost, and nothing unverified is trusted. */
import { readFile, writeFile } from 'node:fs/promises'
import { infoHashText, type Metainfo, writeMetainfo } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { decodeProgress } from '../../packages/torrent/src/storage/resume-record.ts'
import { sha256Of, tempDir } from '../support/files.ts'
import { until } from '../support/wait.ts'
import { Downloader, type DownloadPlace } from './downloader.ts'
import { bytesOf, rightPieces, type SharedFile, seededRandom, seeder, sharedFile } from './support.ts'

const KILLS = 50
/** Number of concurrent downloads, to use both cores. */
const LANES = 2
const BYTES_PER_SECOND = 3_000_000
/** Maximum loss per kill. */
const REPEATED_SECONDS = 5

interface Lane {
  readonly place: DownloadPlace
  readonly file: SharedFile
  readonly peer: string
  /** Payload bytes the seed has sent. */
  uploaded(): number
  /** State of the seed. */
  describe(): string
  readonly random: () => number
}

/** The recorded pieces; none if there is no record. */
async function recordedPieces(place: DownloadPlace, { info }: Metainfo): Promise<number[]> {
  const key = infoHashText(info.infoHashes)
  const bytes = await readFile(`${place.stateDirectory}/${key}.resume`).catch(() => null)
  const had = bytes && decodeProgress(key, bytes).had
  const pieces = Array.from({ length: info.pieceHashes!.length / 20 }, (_, piece) => piece)
  return pieces.filter(piece => had && (had[piece >> 3]! & (0x80 >> (piece & 7))) !== 0)
}

/** One run until it is killed. Returns the bytes that were sent but are not on disk in complete, correct pieces. */
async function killOnce(lane: Lane, sent: number, onDisk: readonly boolean[]): Promise<number> {
  const { place, file, random } = lane
  const before = lane.uploaded()
  const download = await Downloader.start(place, [lane.peer])
  if (sent === 0) {
    // During its start: reading the record, checking, connecting.
    await new Promise(resolve => setTimeout(resolve, random() * 400))
  } else {
    const { haveBytes } = await download.when('checked')
    expect(haveBytes).toBe(bytesOf(file.metainfo, onDisk))
    const enough = () => lane.uploaded() - before >= sent || download.find('complete')
    await until('bytes came', enough, { intervalMs: 2, timeoutMs: 60_000 }).catch(async error => {
      throw new Error(`${error.message}\n${await download.describe()}\n${lane.describe()}`)
    })
  }
  await download.kill()
  expect(download.news.filter(({ what }) => what === 'error' || what === 'problem')).toEqual([])
  const after = rightPieces(file.metainfo, `${place.directory}/${file.metainfo.info.name}`)
  for (const [piece, had] of onDisk.entries()) if (had) expect(after[piece]).toBe(true)
  // Every recorded piece, which would be served, must be correct on disk.
  for (const piece of await recordedPieces(place, file.metainfo)) expect(after[piece]).toBe(true)
  const gained = bytesOf(file.metainfo, after) - bytesOf(file.metainfo, onDisk)
  return lane.uploaded() - before - gained
}

async function killOften(lane: Lane, amounts: readonly number[]): Promise<number[]> {
  const { file, place } = lane
  const path = `${place.directory}/${file.metainfo.info.name}`
  const repeated: number[] = []
  for (const sent of amounts) repeated.push(await killOnce(lane, sent, rightPieces(file.metainfo, path)))
  const download = await Downloader.start(place, [lane.peer])
  await download.when('complete')
  await download.close()
  return repeated
}

/** Bytes to transfer before each kill: mostly tenths of a second, sometimes seconds, and one in five times none. */
function drawAmounts(random: () => number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const seconds = random() < 0.2 ? 0 : Math.min(0.05 - 0.5 * Math.log(1 - random()), 4)
    return Math.round(seconds * BYTES_PER_SECOND)
  })
}

describe('a download that is killed at random moments', () => {
  test('resumes each time with all data on disk and completes correctly', { timeout: 240_000 }, async () => {
    await using dir = await tempDir('kills')
    const plans = Array.from({ length: LANES }, (_, lane) => {
      const random = seededRandom(2026 + lane)
      return { random, amounts: drawAmounts(random, KILLS / LANES) }
    })
    const files = await Promise.all(
      plans.map(({ amounts }, lane) => {
        const length = 4_000_001 + amounts.reduce((sum, bytes) => sum + bytes, 0)
        return sharedFile(dir.join(`seed${lane}`), `file${lane}`, length, { seed: lane })
      }),
    )
    const { session, torrents, address } = await seeder(files)
    try {
      const repeated = await Promise.all(
        plans.map(async ({ random, amounts }, index) => {
          const file = files[index]!
          const torrent = torrents[index]!
          torrent.setLimits({ uploadBytesPerSecond: BYTES_PER_SECOND })
          const place = {
            torrentFile: dir.join(`${index}.torrent`),
            directory: dir.join(`get${index}`),
            stateDirectory: dir.join(`state${index}`),
          }
          await writeFile(place.torrentFile, writeMetainfo(file.metainfo))
          const uploaded = () => torrent.stats.uploadedBytes
          const describe = () => JSON.stringify({ ...torrent.stats, peers: torrent.peers() })
          const lost = await killOften({ place, file, peer: address, uploaded, describe, random }, amounts)
          expect(await sha256Of(`${place.directory}/file${index}`)).toBe(file.sha256)
          return lost
        }),
      )
      const all = repeated.flat()
      expect(all.length).toBe(KILLS)
      const worst = Math.max(...all) / BYTES_PER_SECOND
      const mean = all.reduce((sum, bytes) => sum + bytes, 0) / KILLS / BYTES_PER_SECOND
      console.log(
        `repeated after a kill: ${mean.toFixed(2)} s of transfer on average, ${worst.toFixed(2)} at worst`,
      )
      for (const bytes of all) expect(bytes).toBeLessThanOrEqual(REPEATED_SECONDS * BYTES_PER_SECOND)
      // Most runs are shorter than five seconds, so the limit alone would allow repeating everything.
      expect(mean).toBeLessThan(1)
    } finally {
      await session.close()
    }
  })
})
