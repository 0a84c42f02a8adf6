import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { Loopback } from '../testing/loopback.ts'
import { foundBytes } from './found-bytes.ts'

const PIECE = 32_768
const layout = { pieceCount: 4, pieceSize: (piece: number) => (piece === 3 ? PIECE / 2 : PIECE) }
const bits = (text: string) => {
  const field = new Bitfield(4)
  for (const [at, bit] of [...text].entries()) if (bit === '1') field.set(at)
  return field
}
const half = new Map([[1, Uint8Array.of(0x80)]])

test.each([
  ['pieces that were stored after the last record', '1000', '1101', PIECE, undefined, 1.5 * PIECE],
  ['what was recorded of a piece only once', '1000', '1100', 1.5 * PIECE, half, 0.5 * PIECE],
  ['what was on its way only once', '1000', '1100', 1.5 * PIECE, undefined, 0.5 * PIECE],
  ['nothing when nothing new is there', '1100', '1100', 2 * PIECE, undefined, 0],
  ['nothing when something is gone', '1100', '1000', 2 * PIECE, undefined, 0],
  ['nothing of files that came from elsewhere', '0000', '1111', 0, undefined, 0],
  ['nothing that existed before the download', '1110', '1111', PIECE, undefined, 0.5 * PIECE],
])('after a kill, the totals include %s', (_, recorded, have, downloadedBytes, unfinished, found) => {
  const progress = { downloadedBytes, ...(unfinished && { unfinished }) }
  expect(foundBytes({ layout, have: bits(have) }, bits(recorded), progress)).toBe(found)
})

test('the totals of a download that was killed between two records include all its bytes', async () => {
  await using loop = await Loopback.make()
  const length = 40 * PIECE
  const metainfo = await loop.torrent('content', { 'a.bin': length })
  const seed = await loop.open({ directory: loop.folder })
  await (await seed.add(metainfo)).whenComplete()
  const folders = (state: string) => ({ directory: loop.path('down'), stateDirectory: loop.path(state) })
  const first = await loop.open(folders('state'))
  const limits = { downloadBytesPerSecond: 20 * PIECE }
  const torrent = await first.add(metainfo, { peers: [`127.0.0.1:${seed.port}`], limits })
  await until('some pieces have arrived', () => torrent.stats.haveBytes >= 4 * PIECE)
  await torrent.pause()
  const { downloadedBytes } = torrent.stats
  await loop.snapshot('state', 'killed')
  torrent.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
  await torrent.resume()
  await torrent.whenComplete()
  await first.close()
  expect(downloadedBytes).toBeLessThan(length)

  const second = await loop.open(folders('killed'))
  const [again] = second.torrents
  await again!.resume()
  await again!.whenComplete()
  expect(again!.stats.downloadedBytes).toBe(length)
  expect(second.stats.downloadedBytes).toBe(length - downloadedBytes)
})
