import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatShareLink, parseShareLink } from '@shoal/links'
import { limitMs } from '@shoal/testing'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { readHeldPaths } from '../../base/files/held-paths.ts'
import { Access } from '../server/access/access.ts'
import { buildServer } from '../server/server.ts'
import { TOKEN } from '../server/testing/served.ts'
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

const HOST = { host: 'localhost' }

function keyOf(link: string): Uint8Array {
  const { seal } = parseShareLink(link)
  if (seal?.by !== 'key') throw new Error('this link has no key')
  return seal.key
}

const peers = () => [`127.0.0.1:${sender.engine.port}`]

test('a share sealed for a key is opened by the node that receives its link', async () => {
  const { link, id } = await share({ by: 'key' })
  const { magnet, seal } = parseShareLink(link)
  expect(magnet.name).toBe('sealed.age')
  expect(seal?.by).toBe('key')
  // Its owner sees its name and has its link.
  expect(await sender.operations.getTorrent({ id })).toMatchObject({ name: 'Trip', sealed: true, link })
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

test('a film in a share is read in parts while it downloads, by the session that opened it', async () => {
  const { link } = await share({ by: 'key' })
  const app = buildServer({ node: receiver, port: 0, access: new Access({ token: TOKEN }) })
  onTestFinished(() => app.close())
  const logIn = async () => {
    const payload = { username: 'shoal', password: TOKEN }
    const { headers } = await app.inject({ method: 'POST', url: '/api/access', payload, headers: HOST })
    return { ...HOST, cookie: String(headers['set-cookie']).split(';')[0]! }
  }
  const [cookie, other] = [await logIn(), await logIn()]
  const payload = { source: link, peers: peers() }
  const opened = await app.inject({ method: 'POST', url: '/api/sealed', payload, headers: cookie })
  const { id, torrent, name, fileCount } = opened.json()
  expect([opened.statusCode, name, fileCount]).toEqual([200, 'Trip', 2])
  expect(opened.body).not.toContain(Buffer.from(keyOf(link)).toString('base64url'))
  // It is not unpacked, and its link is known.
  expect((await receiver.operations.listJobs({})).items.filter(job => job.torrent === torrent)).toEqual([])
  expect(keyOf((await receiver.operations.getTorrent({ id: torrent })).link!)).toEqual(keyOf(link))

  const listed = await app.inject({ url: `/api/sealed/${id}/files`, headers: cookie })
  const film = listed.json().items.find(({ path }: { path: string }) => path === 'Trip/film.bin')
  expect(film).toMatchObject({ lengthBytes: 400_000, mediaType: 'application/octet-stream' })
  const read = (headers: Record<string, string>, range = 'bytes=399990-') =>
    app.inject({ url: film.href, headers: { ...headers, range } })
  const part = await read(cookie)
  expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([
    206,
    Buffer.alloc(400_000, 'film').subarray(399_990).toString(),
    'bytes 399990-399999/400000',
  ])
  expect(part.headers['cache-control']).toBe('private, no-store')
  const whole = await app.inject({ url: film.href, headers: cookie })
  expect(whole.rawPayload.equals(Buffer.alloc(400_000, 'film'))).toBe(true)
  expect((await read(cookie, 'bytes=400000-')).statusCode).toBe(416)
  // The same user in another session, and anyone with only the address.
  expect((await read(other)).statusCode).toBe(404)
  expect((await read({ ...HOST, authorization: `Bearer ${TOKEN}` })).statusCode).toBe(404)
  expect((await read(HOST)).statusCode).toBe(401)
  await app.inject({ method: 'DELETE', url: `/api/sealed/${id}`, headers: cookie })
  expect((await read(cookie)).statusCode).toBe(404)
})

test('what is sealed for nobody here, or is away, is not opened', async () => {
  const { link } = await share({ by: 'key' })
  const nobody = await testNode()
  onTestFinished(() => nobody.end())
  const away = nobody.operations.openSealed({ source: link, timeoutSeconds: 1 })
  await expect(away).rejects.toMatchObject({ code: 'timeout' })
  const to = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  const sealed = await share({ by: 'recipients', recipients: [to] })
  const source = { source: sealed.link, timeoutSeconds: 60 }
  await expect(nobody.operations.openSealed(source)).rejects.toMatchObject({ code: 'key-needed' })
})

test('a link with another key does not replace the one that opens the share', async () => {
  const { link, id } = await share({ by: 'key' })
  const wrong = formatShareLink('', {
    ...parseShareLink(link),
    seal: { by: 'key', key: new Uint8Array(32).fill(7) },
  })
  const added = await sender.operations.addTorrent({ source: wrong })
  expect(await ended(sender, added.job!.id)).toMatchObject({ state: 'failed' })
  expect((await sender.operations.getTorrent({ id })).link).toBe(link)
  // A wrong key is replaced by the one that opens it.
  const source = { source: wrong, peers: peers() }
  await ended(receiver, (await receiver.operations.addTorrent(source)).job!.id)
  await ended(receiver, (await receiver.operations.addTorrent({ source: link, peers: peers() })).job!.id)
  expect(parseShareLink((await receiver.operations.getTorrent({ id })).link!).seal).toEqual(
    parseShareLink(link).seal,
  )
})

test('the receiver’s disk has no inner names and no key, except in the opened files', async () => {
  const { link } = await share({ by: 'key' })
  const { seal } = parseShareLink(link)
  const key = seal?.by === 'key' ? Buffer.from(seal.key) : Buffer.alloc(0)
  // Paused, so that the key has to be stored.
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
  const { link } = await share({ by: 'passphrase', passphrase: 'correct horse', allowWeak: true })
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

test('a passphrase that is easy to guess is refused before anything is sent or read', async () => {
  const seal = { by: 'passphrase' as const, passphrase: 'correct horse' }
  const how = { seal, version: 'hybrid' as const, private: false, trackers: [], webSeeds: [] }
  const path = join(sender.directory, 'Trip')
  await expect(sender.operations.createTorrent({ ...how, path })).rejects.toMatchObject({
    code: 'weak-passphrase',
    field: 'seal.passphrase',
  })
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

test('an upload that is sealed leaves no plain copy, keeps its link over a restart, and nothing after its removal', async () => {
  const { operations, files, directory } = sender
  const before = (await readdir(directory)).sort()
  const { id: upload } = await operations.createUpload({ name: 'Secrets' })
  const signal = AbortSignal.timeout(limitMs(20))
  for (const path of ['a.txt', 'sub/b.txt'])
    await files.receive(
      upload,
      path,
      (async function* () {
        yield Buffer.from(`secret ${path}`)
      })(),
      { signal },
    )
  const [staging] = (await readdir(directory)).filter(name => name.startsWith('.shoal-upload-'))
  expect((await stat(join(directory, staging!))).mode & 0o777).toBe(0o700)
  const seal = { by: 'key' as const }
  const job = await operations.shareUpload({
    ...{ id: upload, seal, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
  })
  const { torrent: id, link, error } = await ended(sender, job.id)
  expect(error).toBeNull()
  await vi.waitFor(async () =>
    expect((await readdir(directory)).sort()).toEqual([...new Set([...before, 'Sealed'])].sort()),
  )
  sender = await sender.restart()
  expect(await sender.operations.getTorrent({ id: id! })).toMatchObject({
    name: 'Secrets',
    sealed: true,
    link,
  })
  const { directory: own } = await sender.operations.getTorrent({ id: id! })
  const held = async () => (await readHeldPaths(join(sender.folder, 'data'))).get(join(own, 'sealed.age'))
  await vi.waitFor(async () => expect(await held()).toBe('sealed'))
  await sender.operations.actOnTorrents({ ids: [id!], action: 'pause' })
  const torrent = sender.torrents.registry.get(id!)
  sender.torrents.registry.change(torrent, { removedMs: 1, deleteData: true })
  sender = await sender.restart()
  await vi.waitFor(async () => await expect(readdir(own)).rejects.toMatchObject({ code: 'ENOENT' }))
})

test('sealing an upload that fails or is cancelled leaves nothing', async () => {
  const { operations, files, directory } = sender
  const before = (await readdir(directory)).sort()
  const begin = async (seal: Seal) => {
    const { id } = await operations.createUpload({ name: 'a.txt' })
    const body = async function* () {
      yield Buffer.from('secret')
    }
    await files.receive(id, 'a.txt', body(), { signal: AbortSignal.timeout(limitMs(20)) })
    return operations.shareUpload({
      ...{ id, seal, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
    })
  }
  const failed = await begin({ by: 'recipients', recipients: ['age1x'] })
  expect((await ended(sender, failed.id)).error?.code).toBe('bad-argument')
  const cancelled = await begin({ by: 'key' })
  await operations.cancelJob({ id: cancelled.id })
  expect((await ended(sender, cancelled.id)).state).toBe('cancelled')
  await vi.waitFor(async () => expect((await readdir(directory)).sort()).toEqual(before))
})

test('the original of a sealed share is named to other programs', async () => {
  await share({ by: 'key' })
  const held = async () =>
    (await readHeldPaths(join(sender.folder, 'data'))).get(join(sender.directory, 'Trip'))
  await vi.waitFor(async () => expect(await held()).toBe('sealed'))
})
