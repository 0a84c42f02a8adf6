import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { WebSocketFront } from '../ws/web-socket-front.ts'
import { MAX_HEAD_BYTES } from './head.ts'
import { HttpFront } from './http-front.ts'

const HASH = '%00%01aaaaaaaaaaaaaaaaaa'
const announce = (port: number) => `/announce?info_hash=${HASH}&port=${port}&left=1`
const get = (target: string, version = '1.1', fields = '') =>
  `GET ${target} HTTP/${version}\r\nHost: x\r\n${fields}\r\n`

describe('the HTTP listener', () => {
  let tracker: Tracker
  let webSockets: WebSocketFront
  let front: HttpFront

  beforeAll(async () => {
    tracker = new Tracker()
    webSockets = new WebSocketFront(tracker, { maxConnections: 2 })
    front = await HttpFront.open(tracker, {
      host: '127.0.0.1',
      port: 0,
      webSockets,
      trustedProxies: ['127.0.0.1'],
      page: async path => (path === '/health' ? { status: 200, headers: {}, body: 'fine' } : null),
    })
  })

  afterAll(async () => {
    await front.close()
    await webSockets.close()
    await tracker.close()
  })

  /** Collects the response until the server closes the connection, or until `enough`. */
  async function exchange(
    parts: readonly (string | Uint8Array)[],
    enough?: (text: string) => boolean,
  ): Promise<string> {
    const socket: Socket = connect({ port: front.port, host: '127.0.0.1', noDelay: true })
    socket.on('error', () => {})
    let text = ''
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
    })
    const closed = once(socket, 'close')
    for (const part of parts) await new Promise(resolve => socket.write(part, resolve))
    if (enough) await vi.waitFor(() => expect(enough(text), text).toBe(true))
    else await closed
    socket.destroy()
    return text
  }
  const answers = (text: string) => text.split('HTTP/1.1 ').length - 1

  it('rejects requests for which a trusted proxy names no address', async () => {
    const named = (name: string) => get(announce(1), '1.0', `X-Forwarded-For: ${name}\r\n`)
    for (const name of ['unknown', '203.0.113.7, somebody', '203.0.113.7:80'])
      expect(await exchange([named(name)]), name).toMatch(/^HTTP\/1.1 400/)
    expect(await exchange([named('somebody, 203.0.113.7')])).toMatch(/^HTTP\/1.1 200/)
  })

  it('limits WebSockets separately from other connections', async () => {
    const sockets = [1, 2, 3].map(() => new WebSocket(`ws://127.0.0.1:${front.port}/announce`))
    const closed = Promise.all(sockets.map(socket => once(socket, 'close')))
    await vi.waitFor(() => {
      const states = sockets.map(({ readyState }) => readyState).sort()
      expect(states).toEqual([WebSocket.OPEN, WebSocket.OPEN, WebSocket.CLOSED])
    })
    expect(await exchange([get('/health', '1.0')])).toContain('fine')
    for (const socket of sockets) socket.close()
    await closed
    await vi.waitFor(() => expect(webSockets.connections).toBe(0))
  })

  it('answers pipelined requests in order', async () => {
    const text = await exchange([
      get(announce(1)) +
        get('/health') +
        get(announce(2)) +
        get('/none') +
        get(announce(3), '1.1', 'Connection: close\r\n'),
    ])
    expect(text.match(/HTTP\/1\.1 \d+/g)!.map(line => line.slice(9))).toEqual([
      '200',
      '200',
      '200',
      '404',
      '200',
    ])
    expect(text.indexOf('fine')).toBeGreaterThan(text.indexOf('d8:complete'))
    expect(text.indexOf('fine')).toBeLessThan(text.lastIndexOf('d8:complete'))
  })

  it('sends the correct content length', async () => {
    const text = await exchange([get(announce(1), '1.0')])
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(Number(/Content-Length: *(\d+)/.exec(head)![1])).toBe(body.length)
    expect(head).toContain('Connection: close')
  })

  it('accepts requests split at any point', async () => {
    const whole = get(announce(1)) + get(announce(2)) + get(announce(3), '1.1', 'Connection: close\r\n')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: whole.length }), { maxLength: 6 }), async cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length]
        const parts = places.slice(1).map((end, at) => whole.slice(places[at], end))
        expect(answers(await exchange(parts.filter(part => part !== '')))).toBe(3)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    ['no request', 'hello\r\n\r\n'],
    ['lower case', get('/health').replace('GET', 'get')],
    ['a bare line feed', 'GET /health HTTP/1.1\nHost: x\n\n'],
    ['another version', get('/health', '2.0')],
    ['a folded field', get('/health', '1.1', 'X: y\r\n z\r\n')],
    ['a space before the colon', get('/health', '1.1', 'X : y\r\n')],
    ['a NUL', get('/health', '1.1', 'X: \0\r\n')],
    ['a body', get('/health', '1.1', 'Content-Length: 5\r\n')],
    ['chunks', get('/health', '1.1', 'Transfer-Encoding: chunked\r\n')],
    ['a head without end', `GET /health HTTP/1.1\r\n${'X: y\r\n'.repeat(MAX_HEAD_BYTES / 6 + 1)}`],
  ])('rejects %s, and closes the connection', async (_what, request) => {
    const text = await exchange([request])
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(answers(text)).toBe(1)
  })

  it('answers 404 to other methods, and rejects request bodies', async () => {
    expect(await exchange([get('/health').replace('GET', 'POST')], text => answers(text) === 1)).toContain(
      ' 404 ',
    )
  })

  it('accepts WebSockets on the same port', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${front.port}/announce`)
    const received: unknown[] = []
    socket.onmessage = ({ data }) => received.push(JSON.parse(data))
    socket.onopen = () => socket.send(JSON.stringify({ action: 'scrape', info_hash: 'a'.repeat(20) }))
    await vi.waitFor(() => expect(received).toHaveLength(1))
    socket.close()
    await vi.waitFor(() => expect(webSockets.connections).toBe(0))
  })

  it('survives arbitrary bytes', async () => {
    const words = fc.constantFrom(
      'GET ',
      '/announce?',
      'info_hash=',
      HASH,
      '&port=',
      '%',
      'HTTP/1.1',
      '\r\n',
      '\r\n\r\n',
      ': ',
      'x',
    )
    const part = fc.oneof(
      words,
      fc.string({ unit: 'binary-ascii', maxLength: 8 }),
      fc.uint8Array({ maxLength: 20 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 20 }), async parts => {
        // The end is always either answered or leads to a closed connection.
        const text = await exchange(
          [...parts, '\r\n\r\n', get('/health', '1.0')],
          text => answers(text) > 0,
        ).catch(() => '')
        expect(text === '' || text.startsWith('HTTP/1.1 ')).toBe(true)
      }),
      { numRuns: 150 },
    )
    expect(await exchange([get('/health', '1.0')])).toContain('fine')
    await vi.waitFor(() => expect(front.connections).toBe(0))
  })
})

describe('a listener without trusted proxies', () => {
  async function open(options: TrackerOptions = {}, maxConnections?: number) {
    const tracker = new Tracker(options)
    const webSockets = new WebSocketFront(tracker)
    const proxies: string[] = []
    const front = await HttpFront.open(tracker, {
      host: '127.0.0.1',
      port: 0,
      webSockets,
      ...(maxConnections !== undefined && { maxConnections }),
      onUnnamedProxy: address => proxies.push(address),
      page: () => ({ status: 200, headers: {}, body: 'fine' }),
    })
    return {
      front,
      proxies,
      async ask(target: string, fields = '', host = '127.0.0.1') {
        const socket = connect({ port: front.port, host: '127.0.0.1' })
        socket.on('error', () => {})
        socket.write(`GET ${target} HTTP/1.0\r\nHost: ${host}\r\n${fields}\r\n`)
        const parts: Buffer[] = []
        socket.on('data', part => parts.push(part))
        await once(socket, 'close')
        return Buffer.concat(parts).toString('latin1')
      },
      async webSocket() {
        const socket = new WebSocket(`ws://127.0.0.1:${front.port}/announce`)
        await new Promise((resolve, reject) => {
          socket.onopen = resolve
          socket.onerror = reject
        })
        return socket
      },
      async [Symbol.asyncDispose]() {
        await Promise.all([front.close(), webSockets.close()])
        await tracker.close()
      },
    }
  }
  const OTHER = '\x08\x08\x08\x08'
  const NEAR = '\x7f\0\0\x01'

  it.each([
    ['X-Forwarded-For: 203.0.113.5\r\n', '127.0.0.1:80', true],
    ['Forwarded: for=203.0.113.5\r\n', '127.0.0.1', true],
    ['X-Real-IP: 203.0.113.5\r\n', 'localhost', true],
    ['', 'evil.example', false],
    ['', '127.0.0.1.evil.example:6969', false],
  ])(
    'gives none of the rights of this machine to who may be anybody: %j, to %s',
    async (fields, host, isProxy) => {
      await using opened = await open({ announcesPerSecond: 1 })
      const { ask, proxies } = opened
      await ask(announce(1))
      await ask(`${announce(2)}&ip=8.8.8.8`, fields, host)
      expect(await ask(announce(3))).not.toContain(OTHER)
      expect(await ask(announce(3))).toContain(NEAR)
      const told = await ask(announce(3), fields, host)
      expect(told).toContain('8:complete')
      expect(told).not.toContain(NEAR)
      expect(proxies).toEqual(isProxy ? ['127.0.0.1', '127.0.0.1'] : [])
      // All at once: sequentially they may take longer than the limit on a busy machine.
      const all = await Promise.all(Array.from({ length: 40 }, () => ask(announce(3), fields, host)))
      expect(all.filter(answer => answer.includes('slow down')).length).toBeGreaterThan(0)
      expect(await ask(`${announce(2)}&ip=8.8.8.8`)).toContain('8:complete')
      expect(await ask(announce(3))).toContain(OTHER)
    },
  )

  it('closes connections beyond its limit, which does not count WebSockets', async () => {
    await using opened = await open({}, 2)
    const { front, ask, webSocket } = opened
    const sockets = [await webSocket(), await webSocket(), await webSocket()]
    expect(await ask('/health')).toContain('fine')
    const idle = [1, 2].map(() => connect({ port: front.port, host: '127.0.0.1' }))
    await vi.waitFor(() => expect(front.connections).toBe(2))
    expect(await ask('/health')).toBe('')
    idle[0]!.destroy()
    await vi.waitFor(() => expect(front.connections).toBe(1))
    expect(await ask('/health')).toContain('fine')
    idle[1]!.destroy()
    for (const socket of sockets) socket.close()
  })

  it('counts the WebSockets of an address separately from its other connections', async () => {
    await using opened = await open({ connectionsPerAddress: 1, isMachineTrusted: false })
    const socket = await opened.webSocket()
    expect(await opened.ask('/health')).toContain('fine')
    await expect(opened.webSocket()).rejects.toBeDefined()
    socket.close()
    await once(socket, 'close')
    await vi.waitFor(async () => (await opened.webSocket()).close())
  })
})
