/** Guests of a real node: what they can and cannot get over HTTP without a login. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Access } from '@shoal/node/node/server/access/access.ts'
import { createServer } from '@shoal/node/node/server/server.ts'
import { nodeForTest, seedForTest } from '@shoal/node/node/testing/for-test.ts'
import type { TestNode } from '@shoal/node/node/testing/test-node.ts'
import { until } from '@shoal/testing'
import { createTorrent, infoHashText, parseMetainfo, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { chosenFiles } from './routes.ts'

const FILM = randomBytes(400_000)
const FILES = {
  'film.mp4': FILM,
  'page.html': Buffer.from('<script>alert(1)</script>'),
  'sub/a “b”.pdf': Buffer.from('%PDF-1.4 text'),
}
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function openGuests(node: TestNode) {
  const routes = node.running.flatMap(({ routes }) => routes ?? [])
  const access = new Access({ token: 'a-token-of-the-test-that-is-long-enough-43' })
  const server = await createServer({ node, access, port: 0, plugins: routes })
  onTestFinished(() => server.close())
  const ask = async (infoHash: unknown, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ infoHash })
    const answer = await fetch(`${server.url}/share/files`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return { status: answer.status, ...((await answer.json()) as { state?: string; ticket?: string }) }
  }
  const get = (path: string, init?: RequestInit) => fetch(`${server.url}/share/files/${path}`, init)
  return { server, ask, get }
}

async function share(node: TestNode, name = 'Trip', options: { private?: boolean; paused?: boolean } = {}) {
  const folder = join(node.directory, name)
  await mkdir(join(folder, 'sub'), { recursive: true })
  for (const [path, bytes] of Object.entries(FILES)) await writeFile(join(folder, path), bytes)
  const metainfo = await createTorrent(folder, { private: options.private ?? false })
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await node.operations.addTorrent({ torrent, trusted: true, paused: options.paused ?? false })
  return { id: infoHashText(metainfo.info.infoHashes), metainfo }
}

test('a file is read as a whole, in part and with HEAD, saved under its name, and counts as uploaded', async () => {
  const node = await nodeForTest()
  const { id, metainfo } = await share(node)
  const { ask, get } = await openGuests(node)
  const at = metainfo.info.files.filter(({ pad }) => !pad).findIndex(({ path }) => path.at(-1) === 'film.mp4')
  const { state, ticket } = await ask(id.toUpperCase())
  expect(state).toBe('here')
  const whole = await get(`${ticket}/${at}`)
  expect(whole.headers.get('content-type')).toBe('video/mp4')
  expect(whole.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(FILM))
  const etag = whole.headers.get('etag')!
  const part = await get(`${ticket}/${at}?save`, { headers: { range: 'bytes=100-299', 'if-range': etag } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-299/400000'])
  expect(part.headers.get('content-disposition')).toBe('attachment; filename=film.mp4')
  expect(sha(new Uint8Array(await part.arrayBuffer()))).toBe(sha(FILM.subarray(100, 300)))
  const other = await get(`${ticket}/${at}`, { headers: { range: 'bytes=100-', 'if-range': '"other"' } })
  expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 400_000])
  const head = await get(`${ticket}/${at}`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '400000', ''])
  expect((await get(`${ticket}/${at}`, { headers: { range: 'bytes=400000-' } })).status).toBe(416)
  const metadata = await get(`${ticket}/torrent`)
  expect(infoHashText(parseMetainfo(new Uint8Array(await metadata.arrayBuffer())).info.infoHashes)).toBe(id)
  const { uploadedBytes } = await node.operations.getTorrent({ id })
  expect(uploadedBytes).toBe(800_200)
})

test('nothing of a share can run at the node’s origin', async () => {
  const node = await nodeForTest()
  const { id, metainfo } = await share(node)
  const { ask, get } = await openGuests(node)
  const { ticket } = await ask(id)
  const files = metainfo.info.files.filter(({ pad }) => !pad)
  const headersOf = async (name: string, query = '') => {
    const at = files.findIndex(({ path }) => path.at(-1) === name)
    const { headers } = await get(`${ticket}/${at}${query}`, { method: 'HEAD' })
    const names = ['content-type', 'content-disposition', 'content-security-policy', 'x-frame-options']
    return [headers.get('x-content-type-options'), ...names.map(each => headers.get(each))]
  }
  expect(await headersOf('page.html')).toEqual([
    'nosniff',
    'text/html; charset=utf-8',
    'attachment; filename=page.html',
    expect.stringMatching(/^sandbox; default-src 'none'/),
    'DENY',
  ])
  expect((await headersOf('page.html', '?save'))[1]).toBe('application/octet-stream')
  expect(await headersOf('a “b”.pdf')).toEqual([
    'nosniff',
    'application/pdf',
    expect.stringMatching(/^inline; .*filename\*=UTF-8''a%20%E2%80%9Cb%E2%80%9D\.pdf/),
    expect.stringMatching(/^default-src 'none'/),
    'SAMEORIGIN',
  ])
})

test('a folder, or some of its files, is an archive that can be read in part', async () => {
  const node = await nodeForTest()
  const { id } = await share(node)
  const { ask, get } = await openGuests(node)
  const { ticket } = await ask(id)
  const all = await get(`${ticket}/archive`)
  expect(all.headers.get('content-disposition')).toBe('attachment; filename=Trip.zip')
  const bytes = Buffer.from(await all.arrayBuffer())
  expect(all.headers.get('content-length')).toBe(String(bytes.length))
  const path = join(node.folder, 'got.zip')
  await writeFile(path, bytes)
  const list =
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip()); print(*sorted(z.namelist()),sep="\\n")'
  const listed = execFileSync('python3', ['-c', list, path], { encoding: 'utf8' }).trim().split('\n')
  expect(listed).toEqual(['None', 'Trip/film.mp4', 'Trip/page.html', 'Trip/sub/a “b”.pdf'])
  const rest = await get(`${ticket}/archive`, { headers: { range: `bytes=${bytes.length - 1000}-` } })
  expect(rest.status).toBe(206)
  expect(sha(new Uint8Array(await rest.arrayBuffer()))).toBe(sha(bytes.subarray(-1000)))
  const one = await get(`${ticket}/archive?files=1`)
  expect(Number(one.headers.get('content-length'))).toBeLessThan(bytes.length)
  await one.body?.cancel()
  for (const [files, status] of [
    ['7', 404],
    ['1,', 400],
    ['0-9999999', 400],
  ])
    expect((await get(`${ticket}/archive?files=${files}`)).status).toBe(status)
})

test('indices of files are given as ranges', () => {
  expect(chosenFiles(undefined)).toBeNull()
  expect(chosenFiles('0-3,7,2')).toEqual([0, 1, 2, 3, 7])
  expect(chosenFiles('3-1,4')).toEqual([4])
})

test('paused, private, removed and unknown torrents are not handed out, nor to pages of other sites', async () => {
  const node = await nodeForTest()
  const { ask, get, server } = await openGuests(node)
  const open = await share(node)
  const secret = await share(node, 'Secret', { private: true })
  const { ticket } = await ask(open.id)
  expect(await ask(secret.id)).toEqual({ status: 200, state: 'none' })
  expect(await ask('ab'.repeat(20))).toEqual({ status: 200, state: 'none' })
  expect((await ask('nonsense')).status).toBe(400)
  expect((await ask(open.id, { origin: 'http://evil.example' })).status).toBe(403)
  expect((await fetch(`${server.url}/files/${open.id}/Trip/film.mp4`)).status).toBe(401)
  for (const path of [
    `${open.id}/0`,
    `${ticket!.slice(0, -1)}/0`,
    `${ticket}/9`,
    `${ticket}/x`,
    `${ticket}/-1`,
  ])
    expect((await get(path)).status, path).toBe(404)
  await node.operations.actOnTorrents({ ids: [open.id], action: 'pause' })
  expect(await ask(open.id)).toEqual({ status: 200, state: 'paused' })
  expect((await get(`${ticket}/0`)).status).toBe(404)
  await node.operations.actOnTorrents({ ids: [open.id], action: 'resume' })
  expect((await ask(open.id)).state).toBe('here')
  await node.operations.updateTorrent({ id: open.id, sourcesOff: ['webrtc'] })
  expect((await ask(open.id)).state).toBe('none')
  await node.operations.updateTorrent({ id: open.id, sourcesOff: [] })
  await node.operations.changeSettings({ network: { webrtc: false } })
  expect((await ask(open.id)).state).toBe('none')
  await node.operations.changeSettings({ network: { webrtc: true } })
  expect((await ask(open.id)).state).toBe('here')
  await node.operations.actOnTorrents({ ids: [open.id], action: 'remove' })
  expect((await ask(open.id)).state).toBe('none')
})

test('a file that is not complete is fetched first, and a pause ends what is being read', async () => {
  const [seeder, node] = [await nodeForTest(), await nodeForTest()]
  const { id, metainfo } = await share(seeder)
  const { session, peer } = await seedForTest(seeder.directory, metainfo, { uploadBytesPerSecond: 200_000 })
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await node.operations.addTorrent({ torrent, peers: [peer] })
  const { ask, get } = await openGuests(node)
  const { ticket } = await until('it is offered', async () => {
    const found = await ask(id)
    return found.state === 'here' ? found : null
  })
  const whole = await get(`${ticket}/0`)
  expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(FILM))
  session.setLimits({ uploadBytesPerSecond: Infinity })
  await node.operations.updateTorrent({ id, uploadLimitBytesPerSecond: 20_000 })
  const slow = await get(`${ticket}/0`)
  const reader = slow.body!.getReader()
  await node.operations.actOnTorrents({ ids: [id], action: 'pause' })
  const read = async () => {
    for (;;) if ((await reader.read()).done) return
  }
  await expect(read()).rejects.toThrow()
})

test('a guest has twenty files open at most', async () => {
  const node = await nodeForTest()
  const { id } = await share(node)
  await node.operations.updateTorrent({ id, uploadLimitBytesPerSecond: 200_000 })
  const { ask, get } = await openGuests(node)
  const { ticket } = await ask(id)
  const opened = await Promise.all(Array.from({ length: 20 }, () => get(`${ticket}/0`)))
  expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await get(`${ticket}/0`)).status).toBe(503)
  for (const { body } of opened) await body?.cancel()
  await until('there is room again', async () => {
    const { status, body } = await get(`${ticket}/0`, { headers: { range: 'bytes=0-0' } })
    await body?.cancel()
    return status === 206
  })
})
