import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerOptions } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { AddressSet } from '../access/address-set.ts'
import { LateStore } from '../testing/late-store.ts'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { WebSocketFront } from '../ws/web-socket-front.ts'
import { attachTracker, callerAddress, takeOver } from './attach.ts'
import { MAX_HEAD_BYTES } from './head.ts'
import { HttpFront, type HttpFrontOptions } from './http-front.ts'

const announce = (port: number, passkey = '') =>
  `${passkey}/announce?info_hash=%00%01aaaaaaaaaaaaaaaaaa&port=${port}&left=1`
const get = (target: string, fields = '', version = '1.1') =>
  `GET ${target} HTTP/${version}\r\nHost: x\r\n${fields}\r\n`
const post = (target: string, body: string, fields = '') =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`
const LAST = 'Connection: close\r\n'

interface Given {
  readonly tracker?: TrackerOptions
  readonly front?: Partial<HttpFrontOptions>
  readonly server?: ServerOptions
}

/**
 * A front, and a server behind it that answers with method, target, address of the client, and body
 * of each request.
 */
async function open(given: Given = {}) {
  const tracker = new Tracker(given.tracker)
  const webSockets = new WebSocketFront(tracker)
  const trustedProxies = given.front?.trustedProxies ?? []
  const proxies = new AddressSet(trustedProxies)
  const seen: string[] = []
  const server = createServer(given.server ?? {}, async (request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url}`)
    const body = await buffer(request).catch(() => null)
    response.end(`<${request.method} ${request.url} ${callerAddress(request, proxies)} ${body}>`)
  })
  const others = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) =>
    others.handleUpgrade(request, socket, head, opened =>
      opened.on('message', data => opened.send(`${data}!`)),
    ),
  )
  const attached = attachTracker(server, tracker, { trustedProxies, webSockets })
  const front = await HttpFront.open(tracker, {
    host: '127.0.0.1',
    port: 0,
    webSockets,
    others: takeOver(server),
    ...given.front,
  })
  return {
    tracker,
    front,
    server,
    webSockets,
    seen,
    client: () => clientOf(front.port),
    async [Symbol.asyncDispose]() {
      for (const opened of others.clients) opened.terminate()
      await Promise.all([front.close(), webSockets.close(), attached.close()])
      server.close()
      await tracker.close()
    },
  }
}

function clientOf(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  socket.on('error', () => {})
  socket.on('data', bytes => {
    text += bytes.toString('latin1')
  })
  const closed = once(socket, 'close')
  return {
    socket,
    closed,
    text: () => text,
    send: (part: string) => new Promise<void>(resolve => socket.write(part, () => resolve())),
    async until(pattern: RegExp) {
      await vi.waitFor(() => expect(text).toMatch(pattern))
    },
    async rest() {
      await closed
      return text
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}
type Client = ReturnType<typeof clientOf>

/** Sends each request after the previous answer. */
async function inTurn(client: Client, requests: readonly string[]): Promise<string> {
  for (const request of requests) {
    const before = bodiesOf(client.text()).length
    await client.send(request)
    await vi.waitFor(() => expect(bodiesOf(client.text())).toHaveLength(before + 1))
  }
  return client.text()
}

/** Returns the answers in order; `peers` to announces. */
function bodiesOf(text: string): string[] {
  return [...text.matchAll(/<[^>]*>|d8:complete|14:failure reason\d+:[^8]*/g)].map(([found]) =>
    found === 'd8:complete' ? 'peers' : found,
  )
}

describe('a server behind the front', () => {
  it('answers other requests, and announces that follow on the connection', async () => {
    await using opened = await open()
    using client = opened.client()
    const text = await inTurn(client, [
      get(announce(1)),
      get('/page'),
      get(announce(2)),
      post('/form', 'some text'),
      get(announce(3)),
    ])
    expect(bodiesOf(text)).toEqual([
      'peers',
      '<GET /page 127.0.0.1 >',
      'peers',
      '<POST /form 127.0.0.1 some text>',
      'peers',
    ])
    // The peers of the front and of the server are one swarm.
    expect((await opened.tracker.stats()).leeches).toBe(3)
    expect(opened.tracker.counters.http.announces).toBe(3)
  })

  it('keeps the order of pipelined requests, also while the store is slow', async () => {
    const all = [
      get(announce(1)),
      get('/1'),
      post('/2', 'x'.repeat(70_000)),
      get(announce(2)),
      get('/3'),
      get(announce(3), LAST),
    ].join('')
    const expected = ['peers', '<GET /1', '<POST /2', 'peers', '<GET /3', 'peers']
    for (const tracker of [{}, { store: new LateStore() }]) {
      await using opened = await open({ tracker })
      using client = opened.client()
      await client.send(all)
      expect(bodiesOf(await client.rest()).map(body => body.split(' ', 2).join(' '))).toEqual(expected)
    }
  })

  it('takes requests that arrive in any pieces', async () => {
    await using opened = await open()
    const whole = get(announce(1)) + post('/x', 'body') + get(announce(2), LAST)
    for (let cut = 1; cut < whole.length; cut += 7) {
      using client = opened.client()
      await client.send(whole.slice(0, cut))
      await client.send(whole.slice(cut))
      expect(bodiesOf(await client.rest())).toEqual(['peers', '<POST /x 127.0.0.1 body>', 'peers'])
    }
  })

  it.each([
    ['another method', get('/page', LAST).replace('GET', 'DELETE'), '<DELETE /page'],
    ['HEAD of an announce', get(announce(1), LAST).replace('GET', 'HEAD'), 'HTTP/1.1 200'],
    ['an announce with a body', post(announce(1), 'x', LAST).replace('POST', 'GET'), 'd8:complete'],
    ['chunks', `${get('/c', `${LAST}Transfer-Encoding: chunked\r\n`)}3\r\nabc\r\n0\r\n\r\n`, 'abc>'],
    ['HTTP/1.0', get('/old', '', '1.0'), '<GET /old'],
    ['no request', 'hello\r\n\r\n', 'HTTP/1.1 400'],
    ['a head that is too long', get('/', `X: ${'y'.repeat(MAX_HEAD_BYTES)}\r\n`), 'HTTP/1.1 431'],
    ['a method that is none', get('/').replace('GET', 'get'), 'HTTP/1.1 400'],
  ])('gets %s', async (_name, request, expected) => {
    await using opened = await open()
    using client = opened.client()
    await client.send(request)
    expect(await client.rest()).toContain(expected)
  })

  it('answers clients that end their side after the request', async () => {
    await using opened = await open()
    using client = opened.client()
    client.socket.end(post('/last', 'x'))
    expect(await client.rest()).toContain('<POST /last 127.0.0.1 x>')
  })

  it('gets upgrades at paths of its own, the tracker those at its path', async () => {
    await using opened = await open()
    const url = `ws://127.0.0.1:${opened.front.port}`
    const other = new WebSocket(`${url}/rooms`)
    const own = new WebSocket(`${url}/announce`)
    const messages: string[] = []
    for (const socket of [other, own]) socket.onmessage = ({ data }) => messages.push(data)
    await Promise.all([once(other, 'open'), once(own, 'open')])
    expect(opened.webSockets.connections).toBe(1)
    other.send('hello')
    await vi.waitFor(() => expect(messages).toEqual(['hello!']))
    own.send(JSON.stringify({ action: 'scrape', info_hash: 'a'.repeat(20) }))
    await vi.waitFor(() => expect(messages[1]).toContain('scrape'))
    const ended = Promise.all([once(other, 'close'), once(own, 'close')])
    other.close()
    own.close()
    await ended
    await vi.waitFor(() => expect(opened.front.connections).toBe(0))
  })

  it('leaves upgrades to the tracker also on connections that it already has', async () => {
    await using opened = await open()
    using client = opened.client()
    await inTurn(client, [get('/page')])
    await client.send(
      get(
        '/announce',
        'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
      ),
    )
    await client.until(/HTTP\/1\.1 101/)
    expect(opened.webSockets.connections).toBe(1)
  })

  it('counts its connections among those of the front, in all and by address', async () => {
    const limits: Given[] = [
      { front: { maxConnections: 2 } },
      { tracker: { connectionsPerAddress: 2, isMachineTrusted: false } },
    ]
    for (const given of limits) {
      await using opened = await open(given)
      using first = opened.client()
      using second = opened.client()
      await inTurn(first, [get('/1')])
      await inTurn(second, [get(announce(1))])
      expect(opened.front.connections).toBe(2)
      using third = opened.client()
      expect(await third.rest()).toBe('')
      first.socket.destroy()
      await vi.waitFor(() => expect(opened.front.connections).toBe(1))
      using fourth = opened.client()
      await inTurn(fourth, [get('/4')])
    }
  })

  it('closes slow heads, slow bodies and idle connections', async () => {
    await using opened = await open({
      server: {
        connectionsCheckingInterval: 20,
        headersTimeout: 200,
        requestTimeout: 300,
        keepAliveTimeout: 100,
      },
    })
    using idle = opened.client()
    using head = opened.client()
    using body = opened.client()
    await idle.send(get('/idle'))
    expect(await idle.rest()).toContain('<GET /idle')
    await inTurn(head, [get('/first')])
    await head.send('GET /second HTTP/1.1\r\nX: ')
    expect(await head.rest()).toContain('HTTP/1.1 408')
    await body.send(post('/slow', 'xyz').slice(0, -1))
    expect(await body.rest()).toContain('HTTP/1.1 408')
    await vi.waitFor(() => expect(opened.front.connections).toBe(0))
  })

  it('closes heads that are slow before it gets them', async () => {
    let nowMs = 0
    await using opened = await open({ tracker: { nowMs: () => nowMs }, server: { keepAliveTimeout: 60_000 } })
    using slow = opened.client()
    using passedOn = opened.client()
    await inTurn(passedOn, [get('/kept')])
    await slow.send('GET /slow HTTP/1.1\r\n')
    await vi.waitFor(() => expect(opened.front.connections).toBe(2))
    nowMs = 31_000
    expect(await slow.rest()).toBe('')
    await vi.waitFor(() => expect(opened.front.connections).toBe(1))
    // The other belongs to the server, whose time for idle connections has not passed.
    await inTurn(passedOn, [get('/kept')])
    expect(opened.seen).toEqual(['GET /kept', 'GET /kept'])
  })

  it('believes the same proxies', async () => {
    const forwarded = 'X-Forwarded-For: 198.51.100.7, 203.0.113.5\r\n'
    for (const [trustedProxies, address] of [
      [['127.0.0.1'], '203.0.113.5'],
      [[], '127.0.0.1'],
    ] as const) {
      await using opened = await open({
        front: { trustedProxies },
        tracker: { bannedAddresses: ['203.0.113.5'] },
      })
      using client = opened.client()
      const answers = bodiesOf(
        await inTurn(client, [get(announce(1), forwarded), get('/', forwarded), get(announce(1), forwarded)]),
      )
      expect(answers[1]).toBe(`<GET / ${address} >`)
      for (const at of [0, 2])
        expect(answers[at]).toMatch(trustedProxies.length > 0 ? /failure.*banned/ : /peers/)
    }
    await using opened = await open({ front: { trustedProxies: ['127.0.0.1'] } })
    for (const before of ['', get('/')]) {
      using client = opened.client()
      await client.send(before + get(announce(1), `${LAST}X-Forwarded-For: unknown\r\n`))
      expect(await client.rest()).toContain('HTTP/1.1 400')
    }
  })

  it('closes its connections with the front', async () => {
    await using opened = await open()
    using client = opened.client()
    await inTurn(client, [get('/1')])
    await opened.front.close()
    await client.closed
  })
})
