import { connect } from 'node:net'
import type { LoginSession, NodeEvent } from '@shoal/api'
import { until } from '@shoal/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Access } from '../access/access.ts'
import { hashPassword } from '../access/password.ts'
import { HASH, type Served, serve, TOKEN } from '../testing/served.ts'
import { EventClient, type EventSink } from './event-client.ts'

let served: Served
let sockets: Listening[]

beforeEach(async () => {
  served = await serve()
  sockets = []
})
afterEach(async () => {
  for (const { socket } of sockets) socket.close()
  await served.server.close()
})

interface Listening {
  readonly socket: WebSocket
  readonly cookie: string
  readonly events: NodeEvent[]
  /** Code and reason of the close frame, once it has arrived. */
  closed: { code: number; reason: string } | null
}

/** Node's own WebSocket cannot send an Authorization header, so it logs in as the console does. */
async function listen(query = ''): Promise<Listening> {
  const login = { username: 'shoal', password: TOKEN }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${served.server.url}/api/access`, {
    method: 'POST',
    body: JSON.stringify(login),
    headers,
  })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const url = `${served.server.url.replace('http', 'ws')}/api/events${query}`
  const socket = new WebSocket(url, { headers: { cookie } } as never)
  const listening: Listening = { socket, cookie, events: [], closed: null }
  sockets.push(listening)
  socket.onmessage = ({ data }) => void listening.events.push(JSON.parse(data))
  socket.onclose = ({ code, reason }) => {
    listening.closed = { code, reason }
  }
  await until('it greets or closes', () => listening.events.length > 0 || listening.closed !== null)
  return listening
}

const types = ({ events }: Listening) => events.map(({ type }) => type)

test('a WebSocket gets a hello and the events of its topics', async () => {
  const listening = await listen()
  expect(listening.events[0]).toEqual({ type: 'hello', revision: 1, startedMs: served.node.startedMs })
  served.node.share(HASH, 'A film', {})
  await served.node.operations.setProfile({ name: 'Ana' })
  await served.node.operations.changeSettings({})
  await until('an event has come', () => listening.events.length === 2)
  expect(listening.events[1]).toMatchObject({ type: 'torrents', revision: 2, changed: [{ id: HASH }] })
})

test('a logout ends the event streams of its session only', async () => {
  const [mine, other] = [await listen(), await listen()]
  const headers = { cookie: mine.cookie }
  const stream = await fetch(`${served.server.url}/api/events`, { headers })
  const streamed = stream.text().catch(() => 'ended')
  await fetch(`${served.server.url}/api/access`, { method: 'DELETE', headers })
  await until('the WebSocket is closed', () => mine.closed !== null)
  expect(await streamed).toBe('ended')
  await served.node.operations.changeSettings({})
  served.node.share(HASH, 'A film', {})
  await until('the other one hears of it', () => types(other).includes('torrents'))
  expect(other.closed).toBeNull()
})

test('ending a session ends its event streams at once, and those of no other', async () => {
  const [mine, other] = [await listen(), await listen()]
  const at = (cookie: string, path = '', init = {}) =>
    fetch(`${served.server.url}/api/access/sessions${path}`, { headers: { cookie }, ...init })
  const { items } = (await (await at(mine.cookie)).json()) as { items: LoginSession[] }
  expect(items.map(({ current }) => current).sort()).toEqual([false, true])
  const stream = await fetch(`${served.server.url}/api/events`, { headers: { cookie: other.cookie } })
  const streamed = stream.text().catch(() => 'ended')
  const { id } = items.find(({ current }) => !current)!
  expect(await (await at(mine.cookie, `/${id}`, { method: 'DELETE' })).json()).toMatchObject({
    items: [{ current: true }],
  })
  await until('the other WebSocket is closed', () => other.closed !== null)
  expect(await streamed).toBe('ended')
  expect((await at(other.cookie)).status).toBe(401)
  const again = await at(mine.cookie, `/${id}`, { method: 'DELETE' })
  expect([again.status, await again.json()]).toMatchObject([
    404,
    { error: { code: 'not-found', field: 'id' } },
  ])
  const third = await listen()
  expect(await (await at(mine.cookie, '', { method: 'DELETE' })).json()).toMatchObject({
    items: [{ current: true }],
  })
  await until('the third WebSocket is closed', () => third.closed !== null)
  expect(mine.closed).toBeNull()
})

test('a user cannot end the session of another', async () => {
  const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
  const own = await serve({ access: new Access({ token: TOKEN, secret }) })
  const url = `${own.server.url}/api/access`
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'shoal', password: TOKEN })
  const answer = await fetch(url, { method: 'POST', headers, body })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  const ann = { authorization: `Basic ${btoa('ann:correct horse')}` }
  const ask = (path: string, method: string) => fetch(`${url}/sessions${path}`, { method, headers: ann })
  expect(await (await ask('', 'GET')).json()).toEqual({ items: [] })
  expect((await ask('/1', 'DELETE')).status).toBe(404)
  expect((await ask('', 'DELETE')).status).toBe(200)
  expect((await fetch(`${url}/sessions`, { headers: { cookie } })).status).toBe(200)
  expect((await fetch(`${url}/sessions`)).status).toBe(401)
  await own.server.close()
})

test('topics can be subscribed and unsubscribed', async () => {
  served.node.share(HASH, 'A film', {})
  const listening = await listen('?topics=settings')
  listening.socket.send(
    JSON.stringify({ subscribe: [`torrent:${HASH.toUpperCase()}`, 'torrents'], unsubscribe: ['settings'] }),
  )
  await until('it is subscribed', () => served.node.listens(`torrent:${HASH}`))
  await served.node.operations.changeSettings({})
  await served.node.operations.updateTorrent({ id: HASH, label: 'x' })
  await until('an event has come', () => listening.events.length === 2)
  expect(types(listening)).toEqual(['hello', 'torrents'])
  listening.socket.close()
  await until(
    'nothing is subscribed',
    () => !served.node.listens('torrents') && !served.node.listens(`torrent:${HASH}`),
  )
})

test.each([
  '{',
  '[]',
  '{"subscribe":["nothing"]}',
  '{"subscribe":"log"}',
  '{"more":1}',
  `{"subscribe":[${'"log",'.repeat(200)}"log"]}`,
])('a WebSocket that sends %s gets an error and is closed', async message => {
  const listening = await listen()
  listening.socket.send(message)
  await until('the WebSocket is closed', () => listening.closed !== null)
  expect(listening.closed).toMatchObject({ code: 1008, reason: /./ })
})

test('too large messages close the WebSocket', async () => {
  const listening = await listen()
  listening.socket.send('x'.repeat(20_000))
  await until('the WebSocket is closed', () => listening.closed !== null)
  expect((await served.get('/api/node')).status).toBe(200)
})

test.each([
  ['?topics=nothing', 400, 'topics'],
  [`?topics=torrent:${'f'.repeat(40)}`, 404, 'id'],
  ['?more=1', 400, 'more'],
])('%s is rejected before the stream is opened', async (query, status, field) => {
  const answer = await served.get(`/api/events${query}`)
  expect([answer.status, (await answer.json()).error.field]).toEqual([status, field])
  expect((await listen(query)).events).toEqual([])
})

test('clients that are not logged in get no events', async () => {
  const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/api/events`)
  await new Promise(resolve => {
    socket.onclose = resolve
  })
  expect((await fetch(`${served.server.url}/api/events`)).status).toBe(401)
  expect(served.node.listens('torrents')).toBe(false)
})

test('server-sent events deliver the same events', async () => {
  const answer = await served.get('/api/events?topics=torrents')
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const read = async (wanted: string) => {
    while (!text.includes(wanted)) text += (await reader.read()).value ?? ''
  }
  await read('"hello"')
  expect(text).toMatch(/^retry: \d+\n\ndata: \{"type":"hello",.*\}\n\n$/)
  served.node.share(HASH, 'A film', {})
  await read(HASH)
  await reader.cancel()
  await until('nothing is subscribed', () => !served.node.listens('torrents'))
})

test('a client that reads too slowly misses events, and is notified once', () => {
  const texts: string[] = []
  const written: (() => void)[] = []
  let bufferedBytes = 0
  const sink: EventSink = {
    get bufferedBytes() {
      return bufferedBytes
    },
    send(text, done) {
      texts.push(text)
      bufferedBytes += text.length
      written.push(() => {
        bufferedBytes -= text.length
        done()
      })
    },
  }
  const client = new EventClient(sink, served.node.events, 0)
  client.subscribe('settings')
  client.subscribe('log')
  const entry = { id: 1, atMs: 0, level: 'info' as const, torrent: null, message: 'x'.repeat(2 ** 20) }
  for (let time = 0; time < 10; time++) served.node.events.publish('log', { type: 'log', entries: [entry] })
  expect(texts.length).toBeLessThan(7)
  for (const done of written.splice(0)) done()
  served.node.events.publish('settings', { type: 'settings' })
  expect(texts.slice(-2).map(text => JSON.parse(text).type)).toEqual(['resync', 'settings'])
  expect(texts.filter(text => text.includes('resync'))).toHaveLength(1)
  client.close()
  expect(served.node.listens('log')).toBe(false)
})

test('a WebSocket client that stops reading costs a bounded amount of memory', async () => {
  const lines = ['GET /api/events?topics=log HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${TOKEN}`]
  const upgrade = [
    'Connection: upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  const socket = connect(served.server.port, '127.0.0.1')
  socket.write(`${[...lines, ...upgrade].join('\r\n')}\r\n\r\n`)
  await until('it is subscribed', () => served.node.listens('log'))
  socket.pause()
  let serialised = 0
  const entry = { id: 1, atMs: 0, level: 'info' as const, torrent: null, message: 'x'.repeat(2 ** 20) }
  const event = { type: 'log' as const, entries: [entry] }
  const stop = served.node.events.subscribe('log', () => void serialised++)
  const before = process.memoryUsage().external + process.memoryUsage().heapUsed
  for (let time = 0; time < 300; time++) {
    served.node.events.publish('log', event)
    await new Promise(resolve => setImmediate(resolve))
  }
  stop()
  const after = process.memoryUsage().external + process.memoryUsage().heapUsed
  expect([serialised, after - before < 100 * 2 ** 20]).toEqual([300, true])
  socket.destroy()
  await until('nothing is subscribed', () => !served.node.listens('log'))
})

test('closing the server ends all event streams', async () => {
  const listening = await listen()
  const stream = await served.get('/api/events')
  await served.server.close()
  await until('the WebSocket is closed', () => listening.closed !== null)
  await expect(stream.text()).rejects.toThrow()
  served = await serve()
})
