import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'

const MEBIBYTE = 1024 * 1024

test('the recorded totals of torrents are part of the overall totals, whenever the node is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-seed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(3 * MEBIBYTE, 'big'))
  const metainfo = await createTorrent(join(folder, 'big.bin'), { pieceLengthBytes: 65_536 })
  const { peer } = await seedForTest(folder, metainfo, { uploadBytesPerSecond: MEBIBYTE })
  const { operations, catalogue } = await nodeForTest()
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await operations.addTorrent({ torrent, peers: [peer] })
  const look = async () => {
    const sum = catalogue.history.allTime().downloadedBytes
    for await (const { progress } of catalogue.resumeStore().load())
      return { sum, recorded: progress!.downloadedBytes }
    throw new Error('nothing is recorded')
  }
  let recorded = 0
  // Several records, each in the state that a kill would leave.
  for (let records = 0; records < 2; records++) {
    const before = recorded
    await vi.waitFor(
      async () => {
        const now = await look()
        expect(now.sum).toBeGreaterThanOrEqual(now.recorded)
        expect(now.recorded).toBeGreaterThan(before)
        recorded = now.recorded
      },
      { interval: 10 },
    )
  }
})

test('a plain file that was downloaded counts in the totals', async () => {
  const server = createServer((_, response) => response.end(Buffer.alloc(300_000, 'x')))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { operations, kernel } = await nodeForTest()
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notes.txt`
  const { job } = await operations.addTorrent({ source })
  expect(await kernel.jobs.whenEnded(job!.id)).toMatchObject({ state: 'done' })
  const moved = { downloadedBytes: 300_000, uploadedBytes: 0 }
  expect(await operations.getStats({})).toMatchObject({ session: moved, allTime: moved })
})
