import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'

const MIB = 2 ** 20
const WAIT = { timeout: 60_000, interval: 200 }

test('two nodes recognize each other, keep accounts across a restart, and report what is to be paid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-people-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'film.bin'), Buffer.alloc(12 * MIB, 'some film'))
  const metainfo = await createTorrent(join(folder, 'film.bin'), { pieceLengthBytes: 65_536 })
  const id = infoHashText(metainfo.info.infoHashes)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')

  const giver = await nodeForTest(folder)
  let taker = await nodeForTest()
  await giver.operations.addTorrent({ torrent, directory: folder })
  await vi.waitFor(
    async () => expect((await giver.operations.getTorrent({ id })).state).toBe('seeding'),
    WAIT,
  )
  await giver.operations.changeSettings({ limits: { uploadBytesPerSecond: 4 * MIB, limitLocalPeers: true } })
  await taker.operations.changeSettings({ network: { paymentAfterMiB: 4 } })
  const payments: { readonly peer: string; readonly bytes: number }[] = []
  taker.kernel.events.subscribe('people', ({ event }) => {
    if (event.type === 'payment-required') payments.push(event)
  })
  await taker.operations.addTorrent({ torrent })
  await taker.operations.addPeers({ id, addresses: [`127.0.0.1:${giver.engine.port}`] })
  await vi.waitFor(async () => {
    const { items } = await taker.operations.listPeers({ id })
    expect(items.map(({ networkKey }) => networkKey)).not.toContain(null)
    expect(items).toHaveLength(1)
  }, WAIT)
  await vi.waitFor(
    async () => expect((await taker.operations.getTorrent({ id })).state).toBe('seeding'),
    WAIT,
  )

  const [{ ownKey: giverKey }, { ownKey: takerKey }] = [
    await giver.operations.listPeople({ limit: 10 }),
    await taker.operations.listPeople({ limit: 10 }),
  ]
  expect((await taker.operations.listPeople({ limit: 10 })).items).toMatchObject([
    { key: giverKey, host: '127.0.0.1', downloadedBytes: 12 * MIB, uploadedBytes: 0 },
  ])
  await vi.waitFor(
    async () =>
      expect((await giver.operations.listPeople({ limit: 10 })).items).toMatchObject([
        { key: takerKey, uploadedBytes: 12 * MIB, confirmedBytes: 12 * MIB, downloadedBytes: 0 },
      ]),
    WAIT,
  )
  expect(payments.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(12 * MIB)
  expect(new Set(payments.map(({ peer }) => peer))).toEqual(new Set([giverKey]))
  expect(payments.length).toBeGreaterThanOrEqual(2)

  taker = await taker.restart()
  const after = await taker.operations.listPeople({ limit: 10 })
  expect(after.ownKey).toBe(takerKey)
  expect(after.items).toMatchObject([{ key: giverKey, downloadedBytes: 12 * MIB }])
})

test('a node that recognizes nobody shows no key', async () => {
  const node = await nodeForTest()
  await node.operations.changeSettings({ network: { recognizePeers: false } })
  expect(await node.operations.listPeople({ limit: 10 })).toMatchObject({ ownKey: null, items: [] })
})
