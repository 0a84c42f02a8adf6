import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseShareLink } from '@shoal/links'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestNode, testNode } from '../testing/test-node.ts'

let sender: TestNode
let receiver: TestNode
beforeAll(async () => {
  sender = await testNode()
  receiver = await testNode()
  await mkdir(join(sender.directory, 'Trip'), { recursive: true })
  await writeFile(join(sender.directory, 'Trip', 'film.bin'), Buffer.alloc(400_000, 'film'))
  await writeFile(join(sender.directory, 'Trip', 'note.txt'), 'hello')
})
afterAll(async () => {
  await sender.end()
  await receiver.end()
})

type Seal = Parameters<TestNode['operations']['createTorrent']>[0]['seal']

async function ended(node: TestNode, id: string) {
  return node.kernel.jobs.whenEnded(id)
}

async function share(seal: Seal): Promise<{ link: string; id: string }> {
  const path = join(sender.directory, 'Trip')
  const job = await sender.operations.createTorrent({
    ...{ path, seal, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
  })
  const done = await ended(sender, job.id)
  expect(done.error).toBeNull()
  return { link: done.link!, id: done.torrent! }
}

const peers = () => [`127.0.0.1:${sender.engine.port}`]

test('a share sealed for a key is opened by the node that receives its link', async () => {
  const { link, id } = await share({ by: 'key' })
  const { magnet, seal } = parseShareLink(link)
  expect(magnet.name).toBe('sealed.age')
  expect(seal?.by).toBe('key')
  // Its owner knows it by its name; nothing else makes a link of it.
  expect(await sender.operations.getTorrent({ id })).toMatchObject({ name: 'Trip', sealed: true, link: null })
  const added = await receiver.operations.addTorrent({ source: link, peers: peers() })
  expect(added.torrent?.name).toBe('sealed.age')
  const job = await ended(receiver, added.job!.id)
  expect(job).toMatchObject({
    kind: 'unseal',
    state: 'done',
    path: join(receiver.directory, 'Trip'),
    link: null,
  })
  expect(await readFile(join(receiver.directory, 'Trip', 'note.txt'), 'utf8')).toBe('hello')
  expect((await readFile(join(receiver.directory, 'Trip', 'film.bin'))).length).toBe(400_000)
})

test('the receiver’s disk has no inner names and no key, except in the opened files', async () => {
  const { link } = await share({ by: 'key' })
  const { seal } = parseShareLink(link)
  const key = seal?.by === 'key' ? Buffer.from(seal.key) : Buffer.alloc(0)
  // Paused, so that what opens it has to be kept.
  const { torrent } = await receiver.operations.addTorrent({ source: link, paused: true })
  const data = join(receiver.folder, 'data')
  for (const name of await readdir(data)) {
    const bytes = await readFile(join(data, name)).catch(() => Buffer.alloc(0))
    for (const form of [key, key.toString('hex'), key.toString('base64'), key.toString('base64url'), link])
      expect(bytes.includes(form), `${name} has the key`).toBe(false)
  }
  receiver = await receiver.restart()
  const [job] = (await receiver.operations.listJobs({})).items
  expect(job).toMatchObject({ kind: 'unseal', state: 'running', torrent: torrent!.id })
  await receiver.operations.addPeers({ id: torrent!.id, addresses: peers() })
  await receiver.operations.actOnTorrents({ ids: [torrent!.id], action: 'resume' })
  await receiver.operations.addPeers({ id: torrent!.id, addresses: peers() })
  expect(await ended(receiver, job!.id)).toMatchObject({ state: 'done' })
  expect(await readFile(join(receiver.directory, 'Trip (2)', 'note.txt'), 'utf8')).toBe('hello')
})

test('a passphrase is required, a wrong one is reported, the right one opens the share', async () => {
  const { link } = await share({ by: 'passphrase', passphrase: 'correct horse' })
  const add = (passphrase?: string) =>
    receiver.operations.addTorrent({ source: link, peers: peers(), ...(passphrase && { passphrase }) })
  const look = { source: link, peers: peers(), timeoutSeconds: 30 }
  expect(await receiver.operations.previewTorrent(look)).toMatchObject({ seal: 'passphrase' })
  await expect(add()).rejects.toMatchObject({ code: 'bad-request', field: 'passphrase' })
  const wrong = await add('wrong horse')
  expect((await ended(receiver, wrong.job!.id)).error?.code).toBe('wrong-passphrase')
  const right = await add('correct horse')
  expect(await ended(receiver, right.job!.id)).toMatchObject({ state: 'done' })
})

test('a share sealed for another key stays sealed', async () => {
  const to = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  const { link } = await share({ by: 'recipients', recipients: [to] })
  await expect(receiver.operations.addTorrent({ source: link })).rejects.toMatchObject({ field: 'source' })
})

test('invalid recipients and altered links are reported', async () => {
  const path = join(sender.directory, 'Trip')
  const rest = { path, version: 'hybrid' as const, private: false, trackers: [], webSeeds: [] }
  const job = await sender.operations.createTorrent({
    ...rest,
    seal: { by: 'recipients', recipients: ['age1x'] },
  })
  expect((await ended(sender, job.id)).error?.code).toBe('bad-argument')
  await expect(receiver.operations.addTorrent({ source: '#s1AAAAAAAA' })).rejects.toMatchObject({
    code: 'bad-request',
    field: 'source',
  })
})
