import { request } from 'node:http'
import { until } from '@shoal/testing'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HASH, type Served, serve, TOKEN } from '../testing/served.ts'

const MIB = 2 ** 20
let served: Served

beforeEach(async () => {
  served = await serve()
  served.node.state.uploads.set('1', { id: '1', name: 'mine', files: [], startedMs: 0 })
})
afterEach(() => served.server.close())

const put = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  served.get(path, { method: 'PUT', body, headers, duplex: 'half' } as RequestInit)

test('a file of an upload is stored as is, whatever its declared type', async () => {
  const answer = await put('/api/uploads/1/files/a%20folder/b.txt', new Uint8Array(3 * MIB))
  expect(await answer.json()).toMatchObject({ id: '1', fileCount: 1, receivedBytes: 3 * MIB })
  expect((await put('/api/uploads/1/files/c', '{', { 'content-type': 'application/json' })).status).toBe(200)
  expect((await put('/api/uploads/1/files/empty', '')).status).toBe(200)
  expect(served.node.state.uploads.get('1')!.files).toEqual([
    { path: 'a folder/b.txt', lengthBytes: 3 * MIB },
    { path: 'c', lengthBytes: 1 },
    { path: 'empty', lengthBytes: 0 },
  ])
})

test('the sender of a rejected file receives the reason', async () => {
  const cases = [
    ['/api/uploads/2/files/x', 404, 'id'],
    ['/api/uploads/1/files/a%2f..%2fb', 400, 'path'],
  ] as const
  for (const [path, status, field] of cases) {
    const answer = await put(path, new Uint8Array(5 * MIB))
    expect([answer.status, (await answer.json()).error.field]).toEqual([status, field])
  }
})

test('a sender is read only as fast as its bytes are written', async () => {
  let taken = 0
  let go = () => {}
  const allowed = new Promise<void>(resolve => {
    go = resolve
  })
  const { receive } = served.node.files
  served.node.files.receive = async (id, path, body, options) => {
    await allowed
    async function* counted() {
      for await (const chunk of body) {
        taken += chunk.length
        yield chunk
      }
    }
    return receive(id, path, counted(), options)
  }
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-length': 64 * MIB }
  const sender = request(`${served.server.url}/api/uploads/1/files/large`, { method: 'PUT', headers })
  const answered = new Promise<number>(resolve =>
    sender.on('response', ({ statusCode }) => resolve(statusCode!)),
  )
  let sent = 0
  const send = () => {
    while (sent < 64 && sender.write(new Uint8Array(MIB))) sent++
    if (sent++ < 63) sender.once('drain', send)
    else sender.end()
  }
  sender.flushHeaders()
  send()
  for (let tick = 0; tick < 50; tick++) await new Promise(resolve => setImmediate(resolve))
  expect([taken, sender.writableFinished]).toEqual([0, false])
  go()
  expect(await answered).toBe(200)
  expect(taken).toBe(64 * MIB)
})

test('receiving ends when the sender disconnects', async () => {
  let failure: { code?: string } | null = null
  const { receive } = served.node.files
  served.node.files.receive = (...given) =>
    receive(...given).catch(error => {
      failure = error
      throw error
    })
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-length': 1000 }
  const sender = request(`${served.server.url}/api/uploads/1/files/x`, { method: 'PUT', headers }).on(
    'error',
    () => {},
  )
  sender.write('half')
  await new Promise(resolve => sender.once('socket', socket => socket.once('connect', resolve)))
  setTimeout(() => sender.destroy(), 50)
  await until('the upload has failed', () => failure !== null)
  expect(served.node.state.uploads.get('1')!.files).toEqual([])
  expect(served.node.logged('error')).toEqual([])
})

test('a .torrent is added with options in the query, and can be downloaded again', async () => {
  const made = await createTorrent(new URL(import.meta.url).pathname, { version: 'v1' })
  const post = (query: string, body: Uint8Array | string, type = 'application/x-bittorrent') =>
    served.get(`/api/torrents/upload${query}`, {
      method: 'POST',
      body: body as BodyInit,
      headers: { 'content-type': type },
    })
  const answer = await (await post('?label=films&paused=true&tags=a&tags=b', writeMetainfo(made))).json()
  expect(answer).toMatchObject({
    added: true,
    torrent: { label: 'films', state: 'paused', tags: ['a', 'b'] },
  })
  const field = async (response: Response) => [response.status, (await response.json()).error.field]
  expect(await field(await post('', 'no torrent'))).toEqual([400, 'torrent'])
  expect(await field(await post('', ''))).toEqual([400, 'body'])
  expect(await field(await post('?source=x', 'x'))).toEqual([400, 'source'])
  expect(await field(await post('?paused=perhaps', 'x'))).toEqual([400, 'paused'])
  expect(await field(await post('', 'x', 'text/plain'))).toEqual([415, 'content-type'])
  const metainfo = await served.get(`/api/torrents/${answer.torrent.id}/metainfo`)
  expect(metainfo.headers.get('content-type')).toBe('application/x-bittorrent')
  expect(metainfo.headers.get('content-disposition')).toMatch(
    /^attachment; filename=uploads.slow.test.ts.torrent$/,
  )
  served.node.share(HASH, 'x', {})
  expect((await served.get(`/api/torrents/${HASH}/metainfo`)).status).toBe(409)
})
