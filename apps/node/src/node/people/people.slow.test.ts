import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { createTorrent, infoHashText, type PeerClaims, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'
import { RECOGNITION } from './service.ts'

const MIB = 2 ** 20
const WAIT = { timeout: limitMs(60), interval: 200 }

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
  // Slow until both are seen as connected.
  await giver.operations.changeSettings({ limits: { uploadBytesPerSecond: 65_536, limitLocalPeers: true } })
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
  await giver.operations.changeSettings({ limits: { uploadBytesPerSecond: 4 * MIB } })
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

test('a node shows who it is to the chosen node, and to nobody else in the swarm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-people-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'film.bin'), Buffer.alloc(64 * MIB, 'some film'))
  const metainfo = await createTorrent(join(folder, 'film.bin'), { pieceLengthBytes: 262_144 })
  const id = infoHashText(metainfo.info.infoHashes)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  const [ada, ben, cleo] = [await nodeForTest(folder), await nodeForTest(), await nodeForTest()]
  const heard = [ben, cleo, ada].map(node => {
    const calls: [string, PeerClaims][] = []
    const recognition = node.service(RECOGNITION)
    const onRecognized = recognition.onRecognized.bind(recognition)
    recognition.onRecognized = (peer, claims) => {
      calls.push([peer.key, claims])
      onRecognized(peer, claims)
    }
    return calls
  })

  await ada.operations.addTorrent({ torrent, directory: folder })
  await vi.waitFor(async () => expect((await ada.operations.getTorrent({ id })).state).toBe('seeding'), WAIT)
  // They stay connected for the rest of the test.
  await ada.operations.changeSettings({ limits: { uploadBytesPerSecond: 65_536, limitLocalPeers: true } })
  for (const node of [ben, cleo]) {
    await node.operations.addTorrent({ torrent })
    const others = [ada, ben, cleo].filter(other => other !== node)
    await node.operations.addPeers({ id, addresses: others.map(each => `127.0.0.1:${each.engine.port}`) })
  }
  const people = async (node: TestNode) => (await node.operations.listPeople({ limit: 10 })).items
  for (const node of [ada, ben, cleo])
    await vi.waitFor(async () => expect(await people(node)).toHaveLength(2), WAIT)
  const keys = await Promise.all(
    [ada, ben, cleo].map(async node => (await node.operations.listPeople({ limit: 1 })).ownKey!),
  )
  const [adaKey, benKey, cleoKey] = keys as [string, string, string]
  const seen = async (node: TestNode, key: string) => (await people(node)).find(each => each.key === key)

  // While they are connected, and without an existing person's key.
  expect((await ada.operations.listPeople({ limit: 1 })).ownDid).toBe(null)
  const chosen = await ada.operations.updatePerson({ key: benKey, name: 'Ben', showDid: true })
  expect(chosen).toMatchObject({ key: benKey, name: 'Ben', showsDid: true, did: null })
  const { ownDid } = await ada.operations.listPeople({ limit: 1 })
  await vi.waitFor(
    async () => expect(await seen(ben, adaKey)).toMatchObject({ did: ownDid, showsDid: false }),
    WAIT,
  )
  const peers = async (node: TestNode) =>
    (await node.operations.listPeers({ id })).items.flatMap(({ person }) => person ?? [])
  expect(await peers(ben)).toEqual([{ name: null, did: ownDid }])
  expect(await peers(ada)).toEqual([{ name: 'Ben', did: null }])

  // The other direction, which makes them mutual contacts.
  await ben.operations.updatePerson({ key: adaKey, showDid: true })
  const benDid = (await ben.operations.listPeople({ limit: 1 })).ownDid
  await vi.waitFor(async () => expect((await seen(ada, benKey))?.did).toBe(benDid), WAIT)

  // Cleo, who is connected to both, received none of it.
  const [toBen, toCleo, toAda] = heard as [(typeof heard)[0], (typeof heard)[0], (typeof heard)[0]]
  expect(toBen.filter(([key]) => key === adaKey).map(([, { did }]) => did)).toEqual([undefined, ownDid])
  expect(toAda.filter(([key]) => key === benKey).map(([, { did }]) => did)).toEqual([undefined, benDid])
  expect(new Set(toCleo.map(([key]) => key))).toEqual(new Set([adaKey, benKey]))
  expect(toCleo.map(([, claims]) => claims)).toEqual(toCleo.map(() => ({})))
  for (const key of [adaKey, benKey]) expect((await seen(cleo, key))?.did).toBe(null)
  expect((await cleo.operations.listPeople({ limit: 1 })).refused).toEqual({})
  expect(cleoKey).not.toBe(benKey)

  // Withdrawn while connected, and shown again to a node after its restart.
  await ada.operations.updatePerson({ key: benKey, showDid: false })
  await vi.waitFor(async () => expect((await seen(ben, adaKey))?.did).toBe(null), WAIT)
  expect((await seen(ada, benKey))?.did).toBe(benDid)
  await ada.operations.updatePerson({ key: benKey, showDid: true })
  await vi.waitFor(async () => expect((await seen(ben, adaKey))?.did).toBe(ownDid), WAIT)
  const again = await ben.restart()
  expect(await seen(again, adaKey)).toMatchObject({ did: ownDid, showsDid: true })
})

test('a node that recognizes nobody shows no key', async () => {
  const node = await nodeForTest()
  await node.operations.changeSettings({ network: { recognizePeers: false } })
  expect(await node.operations.listPeople({ limit: 10 })).toMatchObject({ ownKey: null, items: [] })
})
