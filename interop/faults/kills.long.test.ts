/**
 * `kill -9` at random moments of a download: nothing on disk is lost, and no unverified data is
 * trusted.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import { infoHashText, type Metainfo, writeMetainfo } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { decodeProgress } from '../../packages/torrent/src/storage/record/resume-record.ts'
import { sha256Of, tempDir } from '../support/files.ts'
import { Downloader, type DownloadPlace } from './downloader.ts'
import { correctPieces, countBytes, type SharedFile, seededRandom, seeder, sharedFile } from './support.ts'

const KILLS = Number(process.env.SHOAL_KILLS ?? 16)
/** Number of concurrent downloads, to use both cores. */
const DOWNLOADS = 2
const BYTES_PER_SECOND = 3_000_000
/** Maximum loss per kill. */
const REPEATED_SECONDS = 5

interface Download {
  readonly place: DownloadPlace
  readonly file: SharedFile
  readonly peer: string
  /** Returns the payload bytes that the seed has sent. */
  uploaded(): number
  /** Describes the state of the seed. */
  describe(): string
  readonly random: () => number
}

/** Returns the recorded pieces; none if there is no record. */
async function recordedPieces(place: DownloadPlace, { info }: Metainfo): Promise<number[]> {
  const key = infoHashText(info.infoHashes)
  const bytes = await readFile(`${place.stateDirectory}/${key}.resume`).catch(() => null)
  const had = bytes && decodeProgress(key, bytes).had
  const pieces = Array.from({ length: info.pieceHashes!.length / 20 }, (_, piece) => piece)
  return pieces.filter(piece => had && (had[piece >> 3]! & (0x80 >> (piece & 7))) !== 0)
}

/**
 * Runs a download and kills it. Returns the bytes that were sent but are not on disk in complete,
 * correct pieces.
 */
async function killOnce(options: Download, sent: number, onDisk: readonly boolean[]): Promise<number> {
  const { place, file, random } = options
  const before = options.uploaded()
  const download = await Downloader.start(place, [options.peer])
  if (sent === 0) {
    // Kill it during its start: while it reads the record, checks files or connects.
    await new Promise(resolve => setTimeout(resolve, random() * 400))
  } else {
    const { haveBytes } = await download.when('checked')
    expect(haveBytes).toBe(countBytes(file.metainfo, onDisk))
    const isEnough = () => options.uploaded() - before >= sent || download.find('complete')
    await until('bytes have arrived', isEnough, { intervalMs: 2 }).catch(async error => {
      throw new Error(`${error.message}\n${await download.describe()}\n${options.describe()}`)
    })
  }
  await download.kill()
  expect(download.events.filter(({ what }) => what === 'error' || what === 'problem')).toEqual([])
  const after = correctPieces(file.metainfo, `${place.directory}/${file.metainfo.info.name}`)
  for (const [piece, had] of onDisk.entries()) if (had) expect(after[piece]).toBe(true)
  // Every recorded piece must be correct on disk, because it would be uploaded.
  for (const piece of await recordedPieces(place, file.metainfo)) expect(after[piece]).toBe(true)
  const gained = countBytes(file.metainfo, after) - countBytes(file.metainfo, onDisk)
  return options.uploaded() - before - gained
}

async function killRepeatedly(options: Download, amounts: readonly number[]): Promise<number[]> {
  const { file, place } = options
  const path = `${place.directory}/${file.metainfo.info.name}`
  const repeated: number[] = []
  for (const sent of amounts) repeated.push(await killOnce(options, sent, correctPieces(file.metainfo, path)))
  const download = await Downloader.start(place, [options.peer])
  await download.when('complete')
  await download.close()
  return repeated
}

/**
 * Returns the bytes to transfer before each kill: mostly tenths of a second, sometimes seconds, and
 * none in a fifth of the cases.
 */
function drawAmounts(random: () => number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const seconds = random() < 0.2 ? 0 : Math.min(0.05 - 0.5 * Math.log(1 - random()), 4)
    return Math.round(seconds * BYTES_PER_SECOND)
  })
}

describe('a download that is killed at random moments', () => {
  test('resumes each time with all data on disk and completes correctly', {
    timeout: limitMs(480),
  }, async () => {
    await using dir = await tempDir('kills')
    const plans = Array.from({ length: DOWNLOADS }, (_, index) => {
      const random = seededRandom(2026 + index)
      return { random, amounts: drawAmounts(random, KILLS / DOWNLOADS) }
    })
    const files = await Promise.all(
      plans.map(({ amounts }, index) => {
        const length = 4_000_001 + amounts.reduce((sum, bytes) => sum + bytes, 0)
        return sharedFile(dir.join(`seed${index}`), `file${index}`, length, { seed: index })
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
          const lost = await killRepeatedly(
            { place, file, peer: address, uploaded, describe, random },
            amounts,
          )
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
      // Most runs are shorter than five seconds, so the limit alone would allow repeating
      // everything.
      expect(mean).toBeLessThan(1)
    } finally {
      await session.close()
    }
  })
})
