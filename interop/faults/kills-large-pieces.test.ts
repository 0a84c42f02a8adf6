/** `kill -9` during the download of pieces that take far longer than the allowed loss. */
import { writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { writeMetainfo } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { sha256Of, tempDir } from '../support/files.ts'
import { Downloader } from './downloader.ts'
import { seeder, sharedFile } from './support.ts'

const MIB = 2 ** 20
const KILLS = 2
const BYTES_PER_SECOND = MIB
/** Bytes received before each kill: twice the allowed loss, and still within the first piece. */
const SENT = 8 * MIB
/** Maximum loss per kill. */
const REPEATED_SECONDS = 5

test('the received part of a large piece survives a kill', async () => {
  await using dir = await tempDir('kills')
  const file = await sharedFile(dir.join('seed'), 'file', 40 * MIB + 1, { pieceLengthBytes: 32 * MIB })
  const { session, torrents, address } = await seeder([file])
  try {
    const torrent = torrents[0]!
    torrent.setLimits({ uploadBytesPerSecond: BYTES_PER_SECOND })
    const uploaded = () => torrent.stats.uploadedBytes
    const place = {
      torrentFile: dir.join('file.torrent'),
      directory: dir.join('get'),
      stateDirectory: dir.join('state'),
    }
    await writeFile(place.torrentFile, writeMetainfo(file.metainfo))
    for (let kill = 0; kill < KILLS; kill++) {
      const before = uploaded()
      const download = await Downloader.start(place, [address])
      await until('bytes have arrived', () => uploaded() - before >= SENT, { intervalMs: 5 })
      await download.kill()
    }
    torrent.setLimits({ uploadBytesPerSecond: Number.POSITIVE_INFINITY })
    const download = await Downloader.start(place, [address])
    await download.when('complete')
    await download.close()
    expect(await sha256Of(`${place.directory}/file`)).toBe(file.sha256)
    expect(uploaded() - (40 * MIB + 1)).toBeLessThanOrEqual(KILLS * REPEATED_SECONDS * BYTES_PER_SECOND)
  } finally {
    await session.close()
  }
})
