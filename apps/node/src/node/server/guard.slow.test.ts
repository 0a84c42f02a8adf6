import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { checkOrigin, guard, Hosts, markAuthenticated } from '@shoal/daemon/http'
import { limitMs, until } from '@shoal/testing'
import { isLoopback } from '@shoal/torrent/local-address'
import { attachTracker, Tracker } from '@shoal/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Access } from './access/access.ts'
import { hashPassword } from './access/password.ts'
import { challenge } from './challenge.ts'
import { takeBodies } from './compat/take-bodies.ts'
import { Front } from './front.ts'
import { buildServer, type CompatPlugin, createServer, type Server } from './server.ts'
import { exchange } from './testing/exchange.ts'
import { SimulatedRunningNode } from './testing/simulated-running-node.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
let node: SimulatedRunningNode
let server: Server

beforeEach(async () => {
  node = new SimulatedRunningNode()
  server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
})
afterEach(() => server.close())

const ask = (start: string, headers: string[] = [], body = '') => {
  const lines = [start, `Host: 127.0.0.1:${server.port}`, `Authorization: Bearer ${TOKEN}`, ...headers]
  return exchange(server.port, `${lines.join('\r\n')}\r\n\r\n${body}`)
}
const problem = ({ body }: { body: string }) => JSON.parse(body).error

test('a request with two Host headers is rejected: a proxy may have used the other one', async () => {
  const answer = await ask('GET /api/node HTTP/1.1', ['Host: evil.example'])
  expect([answer.status, problem(answer)]).toEqual([400, expect.objectContaining({ field: 'host' })])
})

test('a connection with too many pipelined requests is closed; sequential ones work', async () => {
  const one = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`
  const flood = connect(server.port, '127.0.0.1')
  let answers = 0
  flood.on('data', data => {
    answers += String(data).split('HTTP/1.1 200').length - 1
  })
  const ended = new Promise<void>(resolve => flood.once('close', () => resolve()))
  flood.on('error', () => {})
  flood.write(one.repeat(5000))
  await ended
  expect(answers).toBeLessThan(100)
  for (let asked = 0; asked < 100; asked++)
    expect((await fetch(`http://127.0.0.1:${server.port}/health`)).status).toBe(200)
})

test('the server does not wait for unread bodies', async () => {
  const answer = await ask(
    'POST /nothing HTTP/1.1',
    ['Content-Type: text/plain', 'Content-Length: 1000'],
    'a',
  )
  expect(answer.status).toBe(404)
})

describe('host names', () => {
  test('a node on loopback accepts only names of this machine', () => {
    const hosts = new Hosts('127.0.0.1', ['Node.Example'])
    for (const ours of [
      'localhost',
      'LOCALHOST:8420',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:8420',
      'app.localhost',
      'node.example:443',
      'node.example.',
    ])
      expect(() => hosts.check(ours), ours).not.toThrow()
    for (const other of [
      'evil.example',
      '192.168.0.2',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '[::2]',
    ])
      expect(() => hosts.check(other), other).toThrow(/does not accept the host name/)
    for (const broken of [undefined, '', 'a b', 'a/b', 'a@b', '[::1', 'x:99999999', `${'a'.repeat(300)}`])
      expect(() => hosts.check(broken), broken).toThrow(/missing or malformed/)
  })

  test('a node in a network accepts any address and no other names', () => {
    const hosts = new Hosts('0.0.0.0')
    for (const ours of ['192.168.0.2:8420', '[2001:db8::1]:8420', 'localhost'])
      expect(() => hosts.check(ours)).not.toThrow()
    expect(() => hosts.check('evil.example')).toThrow(/does not accept the host name/)
    expect([
      isLoopback('::1'),
      isLoopback('127.1.2.3'),
      isLoopback('0.0.0.0'),
      isLoopback('localhostx'),
    ]).toEqual([true, true, false, false])
  })

  test('a page whose name points to this machine (DNS rebinding) is rejected', async () => {
    const answer = await exchange(server.port, 'GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n')
    expect([answer.status, problem(answer)]).toMatchObject([403, { code: 'forbidden-host', field: 'host' }])
  })
})

describe('pages of other sites', () => {
  test('must not change anything', () => {
    const host = 'node.example:8420'
    const check =
      (headers: object, method = 'POST') =>
      () =>
        checkOrigin(method, { host, ...headers })
    for (const fine of [
      {},
      { origin: `http://${host}` },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ])
      expect(check(fine), JSON.stringify(fine)).not.toThrow()
    for (const origin of [
      'null',
      'http://evil.example',
      'http://node.example',
      'http://node.example:8421',
      'file://',
      'x',
    ])
      expect(check({ origin }), origin).toThrow(/another site/)
    for (const site of ['cross-site', 'same-site'])
      expect(check({ 'sec-fetch-site': site })).toThrow(/another site/)
    expect(check({ origin: 'http://evil.example' }, 'GET')).not.toThrow()
    expect(check({ origin: 'http://evil.example', upgrade: 'websocket' }, 'GET')).toThrow(/another site/)
  })

  test('behind an https proxy, the origin is the same site', () => {
    const headers = { host: 'node.example', origin: 'https://node.example', 'sec-fetch-site': 'same-origin' }
    expect(() => checkOrigin('POST', headers)).not.toThrow()
  })
})

test.each([
  ['GET /api/%zz HTTP/1.1', [], 400, 'path'],
  ['GET /api/a%00b HTTP/1.1', [], 400, 'path'],
  ['GET /api/torrents?text=%ff HTTP/1.1', [], 400, 'text'],
  ['GET /api/torrents?text=a%00 HTTP/1.1', [], 400, 'text'],
  ['GET /api/torrents?limit=1&limit=2 HTTP/1.1', [], 400, 'limit'],
  ['GET /api/torrents?wrong=1 HTTP/1.1', [], 400, 'wrong'],
  ['GET /api/nothing HTTP/1.1', [], 404, 'path'],
  ['DELETE /api/torrents HTTP/1.1', [], 405, 'method'],
  ['OPTIONS /api/torrents HTTP/1.1', [], 405, 'method'],
  ['GET /api/torrents HTTP/1.1', [`X: ${'a'.repeat(20_000)}`], 431, 'headers'],
  ['GET /api/torrents HTTP/1.1', ['Bad header'], 400, 'request'],
  ['GET http://evil.example/api/torrents HTTP/1.1', [], 400, 'path'],
  ['OPTIONS * HTTP/1.1', [], 400, 'path'],
  ['POST /api/node/stop HTTP/1.1', ['Content-Length: 2', 'Transfer-Encoding: chunked'], 400, 'request'],
  ['POST /api/node/stop HTTP/1.1', ['Content-Length: 2', 'Content-Length: 3'], 400, 'request'],
  ['POST /api/node/stop HTTP/1.1', ['Content-Length: -1'], 400, 'request'],
  ['NONSENSE /api/torrents HTTP/1.1', [], 400, 'request'],
  ['GET /api/torrents HTTP/1.1', ['Connection: upgrade', 'Upgrade: websocket'], 400, 'upgrade'],
  ['POST /api/node/stop HTTP/1.1', ['Content-Type: text/plain', 'Content-Length: 2'], 415, 'content-type'],
  [
    'POST /api/node/stop HTTP/1.1',
    ['Content-Type: application/json', 'Content-Length: 99999999'],
    413,
    'body',
  ],
  ['POST /api/node/stop?x=1 HTTP/1.1', [], 400, 'x'],
])('%s %j is rejected with %i, naming %s', async (start, headers, status, field) => {
  const answer = await ask(start, headers)
  expect([answer.status, problem(answer).field]).toEqual([status, field])
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'/)
})

test.each([
  ['{', 'body'],
  ['[]', 'body'],
  ['"x"', 'body'],
  ['\xff', 'body'],
  ['['.repeat(33), 'body'],
  ['{"ids":"all","action":"pause","more":1}', 'more'],
  ['{"ids":["x"],"action":"pause"}', 'ids.0'],
  ['{"ids":"all","action":"pause","__proto__":{}}', '__proto__'],
  ['{"ids":"all"}', 'action'],
])('the body %j is rejected, naming %s', async (body, field) => {
  const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`]
  const lines = [
    'POST /api/torrents/actions HTTP/1.1',
    `Host: localhost`,
    `Authorization: Bearer ${TOKEN}`,
    ...headers,
  ]
  const answer = await exchange(server.port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'))
  expect([answer.status, problem(answer).field]).toEqual([400, field])
})

test('unknown nested members and NULs are named with their full path', async () => {
  const settings = (body: string) =>
    ask(
      'PATCH /api/settings HTTP/1.1',
      ['Content-Type: application/json', `Content-Length: ${body.length}`],
      body,
    )
  expect(problem(await settings('{"limits":{"schedule":[],"speed":1}}')).field).toBe('limits.speed')
  expect(problem(await settings('{"automation":{"onComplete":["a","b\\u0000"]}}')).field).toBe(
    'automation.onComplete.1',
  )
  expect(problem(await settings('{"queue":{"maxSeeds":0}}')).field).toBe('queue.maxSeeds')
})

test('a body that exceeds the limit while it arrives is rejected', async () => {
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
  const answer = await ask(
    'PUT /api/labels/x HTTP/1.1',
    ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    chunk.repeat(20),
  )
  expect([answer.status, problem(answer).code]).toEqual([413, 'too-large'])
})

test('bodies are not read before the login', async () => {
  const lines = [
    'POST /api/torrents HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Content-Length: 40000000',
  ]
  const answer = await exchange(server.port, `${lines.join('\r\n')}\r\n\r\n`)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toMatch(/Bearer|Basic/)
})

test('details of unexpected errors go to the log only', async () => {
  node.operations.getStats = () => Promise.reject(new Error('the secret inside'))
  const answer = await ask('GET /api/stats HTTP/1.1')
  expect([answer.status, problem(answer).code]).toEqual([500, 'internal'])
  expect(answer.body).not.toMatch(/secret/)
  expect(node.logged('error').at(-1)).toMatch(/the secret inside/)
})

test('a node that others can reach does not start without a password', async () => {
  const options = { node, port: 0, host: '0.0.0.0' }
  await expect(createServer({ ...options, access: new Access({ token: TOKEN }) })).rejects.toMatchObject({
    code: 'no-password',
  })
  const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
  const open = await createServer({ ...options, access: new Access({ token: TOKEN, secret }) })
  await open.close()
})

test('every part that has joined it is left, also after one that fails', async () => {
  const left: string[] = []
  const open = await createServer({
    ...{ node, access: new Access({ token: TOKEN }), port: 0 },
    onHttpServer: [
      () => () => Promise.reject(new Error('it is stuck')),
      () => async () => void left.push('second'),
    ],
  })
  await expect(open.suspend()).rejects.toThrow('it is stuck')
  expect(left).toEqual(['second'])
  await open.close()
})

test('a port in use is reported', async () => {
  const options = { node, access: new Access({ token: TOKEN }), port: server.port }
  await expect(createServer(options)).rejects.toMatchObject({ code: 'address-in-use' })
})

describe('connections', () => {
  /** A connection from any address. */
  class Connection extends Duplex {
    readonly remoteAddress: string
    received = ''
    /** Whether its client reads. */
    reads = true
    constructor(server: HttpServer | null, remoteAddress: string) {
      super({
        read() {},
        write: (chunk, _encoding, done) => {
          this.received += chunk
          if (this.reads) done()
        },
      })
      this.remoteAddress = remoteAddress
      server?.emit('connection', this)
    }
  }
  const open = (trustedProxies: string[] = [], maxStrangers = 5000) => {
    const app = guard({ challenge, log: node.log, host: '0.0.0.0', trustedProxies, maxStrangers })
    const from = (address: string, count: number) =>
      Array.from({ length: count }, () => new Connection(app.server, address))
    const left = (all: Connection[]) => all.filter(({ destroyed }) => !destroyed).length
    return { app, from, left }
  }

  test('are limited for each address, or /64 of IPv6', async () => {
    const { app, from, left } = open()
    const all = from('203.0.113.5', 130).slice(30)
    // The oldest make room.
    expect(left(all)).toBe(100)
    expect(left([...from('::ffff:203.0.113.5', 1), ...from('203.0.113.6', 2)])).toBe(3)
    expect(left(all)).toBe(99)
    expect(left([...from('2001:db8::1', 60), ...from('2001:db8::2', 60)])).toBe(100)
    const ended = once(all[9]!, 'close')
    all[9]!.destroy()
    await ended
    expect(left(from('203.0.113.5', 2))).toBe(2)
    expect(left(all)).toBe(97)
    await app.close()
  })

  test('of this machine and of a trusted proxy are not limited by address', async () => {
    const { app, from, left } = open(['192.168.0.0/24'])
    for (const address of ['127.0.0.1', '::1', '192.168.0.7']) expect(left(from(address, 300))).toBe(300)
    await app.close()
  })

  test('of a trusted proxy stay, but leave places for this machine', async () => {
    const { app, from, left } = open(['192.168.0.0/24'], 20)
    const strangers = from('203.0.113.5', 5)
    const proxied = from('192.168.0.7', 30)
    expect([left(strangers), left(proxied)]).toEqual([0, 20])
    expect(left(from('203.0.113.6', 1))).toBe(0)
    expect(left(from('127.0.0.1', 300))).toBe(300)
    expect(left(proxied)).toBe(20)
    await app.close()
  })

  test('are limited for each /48 of IPv6', async () => {
    const { app, from, left } = open()
    const all = [1, 2, 3, 4].map(subnet => from(`2001:db8:0:${subnet}::1`, 100))
    // Each customer of a mobile carrier has a /64: the newest get in.
    expect(all.map(left)).toEqual([0, 100, 100, 100])
    expect(left(from('2001:db8:1::1', 1))).toBe(1)
    expect(all.map(left)).toEqual([0, 100, 100, 100])
    await app.close()
  })

  const [half, rest] = ['GET / HTTP/1.1\r\nHost: 203.0.113.9\r\n', '\r\n'] as const

  test('without a whole request make room for others', async () => {
    const { app, from, left } = open([], 1800)
    app.get('/', async () => 'hello')
    await app.ready()
    const flood = Array.from({ length: 25 }, (_, i) => from(`198.51.100.${i}`, 100)).flat()
    for (const connection of flood) connection.push(half)
    expect(left(flood)).toBe(1800)
    const [honest] = from('203.0.113.9', 1)
    honest!.push(half + rest)
    await until('the answer', () => honest!.received.endsWith('hello'))
    expect(left(flood)).toBe(1799)
    await app.close()
  })

  const post = (path: string, ...headers: string[]) =>
    [`POST ${path} HTTP/1.1`, 'Host: 203.0.113.9', 'Content-Length: 9000', ...headers, '', '{'].join('\r\n')
  const JSON_TYPE = 'Content-Type: application/json'
  /**
   * Like those of other programs: it authenticates requests itself, and accepts bodies of any type.
   */
  const otherApi: CompatPlugin = ({ app }) => {
    app.removeAllContentTypeParsers()
    takeBodies(app)
    app.post('/other', { onRequest: async ({ raw }) => markAuthenticated(raw) }, async ({ body }) => body)
  }

  test('of users stay while they send, those of strangers do not', async () => {
    const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
    const access = new Access({ token: TOKEN, secret })
    const plugins = [otherApi]
    const app = buildServer({ node, access, host: '0.0.0.0', allowedHosts: ['203.0.113.9'], plugins })
    const seen = { users: 0, strangers: 0 }
    app.addHook('preParsing', async ({ headers }) => {
      seen[headers.authorization ? 'users' : 'strangers']++
    })
    await app.ready()
    const from = (address: string, count: number) =>
      Array.from({ length: count }, () => new Connection(app.server, address))
    const bearer = `Authorization: Bearer ${TOKEN}`
    const basic = `Authorization: Basic ${Buffer.from(`shoal:${TOKEN}`).toString('base64')}`
    const users = from('203.0.113.5', 5)
    users[0]!.push(post('/api/torrents', bearer, JSON_TYPE))
    users[1]!.push(post('/api/torrents/upload', bearer, 'Content-Type: application/x-bittorrent'))
    const upload = vi.spyOn(node.files, 'receive').mockReturnValue(new Promise(() => {}))
    const put = post('/api/uploads/6f9619ff8b86d011b42d00c04fc964ff/files/a', bearer)
    users[2]!.push(put.replace('POST', 'PUT'))
    users[3]!.push(post('/other', bearer, 'Content-Type: multipart/form-data; boundary=a'))
    users[4]!.push(post('/other', basic, JSON_TYPE))
    await until('the requests of users', () => seen.users === 5 && upload.mock.calls.length === 1)
    const flood = Array.from({ length: 18 }, (_, i) => from(`198.51.100.${i}`, 100)).flat()
    for (const connection of flood) connection.push(post('/api/access', JSON_TYPE))
    await until('those of strangers', () => seen.strangers >= 1795)
    const [honest] = from('203.0.113.9', 1)
    honest!.push('GET /health HTTP/1.1\r\nHost: 203.0.113.9\r\n\r\n')
    await until('the answer', () => honest!.received.startsWith('HTTP/1.1 200'))
    expect(users.map(({ destroyed, received }) => [destroyed, received])).toEqual(
      users.map(() => [false, '']),
    )
    await app.close()
  })

  test('whose clients do not read the answer make room for others, unless they are of users', async () => {
    const { app, from, left } = open([], 20)
    app.get('/', async request => {
      if (request.headers.authorization) markAuthenticated(request.raw)
      return 'a'.repeat(100_000)
    })
    await app.ready()
    const stalled = Array.from({ length: 20 }, (_, i) => from(`198.51.100.${i}`, 1)).flat()
    for (const [index, connection] of stalled.entries()) {
      connection.reads = false
      connection.push(half + (index === 0 ? 'Authorization: yes\r\n' : '') + rest)
    }
    await until('20 answers', () => stalled.every(({ received }) => received !== ''))
    expect(left(from('203.0.113.9', 3))).toBe(3)
    expect(stalled.map(({ destroyed }) => destroyed).indexOf(false)).toBe(0)
    expect(left(stalled)).toBe(17)
    await app.close()
  })

  const upgrade = (path: string) =>
    [
      `GET ${path} HTTP/1.1`,
      ...['Host: 203.0.113.9', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
    ].join('\r\n')

  test('that are WebSockets of the tracker stay', async () => {
    const { app, from, left } = open([], 20)
    await app.ready()
    const tracker = new Tracker()
    const attached = attachTracker(app.server, tracker)
    const sockets = from('203.0.113.5', 10)
    for (const socket of sockets) socket.push(upgrade('/announce'))
    await until('10 WebSockets', () => sockets.every(({ received }) => received.includes(' 101 ')))
    const flood = from('198.51.100.1', 30)
    expect([left(sockets), left(flood)]).toEqual([10, 10])
    await attached.close()
    await tracker.close()
    await app.close()
  })

  test('that the tracker is asked through stay while it answers', async () => {
    const { app, from, left } = open([], 3)
    await app.ready()
    const tracker = new Tracker()
    const attached = attachTracker(app.server, tracker)
    const [first, second, third] = ['1', '2', '3'].flatMap(end => from(`203.0.113.${end}`, 1))
    first!.push(`GET /announce?info_hash=${'a'.repeat(20)}&port=1&left=1 HTTP/1.1\r\nHost: a\r\n\r\n`)
    await until('the answer', () => first!.received.includes('complete'))
    // Its response has made it the most recently idle one.
    await until('one more', () => left(from('203.0.113.9', 1)) === 1)
    expect([first, second, third].map(each => each!.destroyed)).toEqual([false, true, false])
    await attached.close()
    await tracker.close()
    await app.close()
  })

  test('that ask for WebSockets where none are end', async () => {
    const { app, from } = open()
    await app.ready()
    const tracker = new Tracker()
    const attached = attachTracker(app.server, tracker)
    const [socket] = from('203.0.113.5', 1)
    socket!.push(upgrade('/nothing'))
    await until('the end', () => socket!.destroyed)
    await attached.close()
    await tracker.close()
    await app.close()
  })

  test('that wait for a restart are limited, too', async () => {
    const front = await Front.open({ host: '127.0.0.1', port: 0, trustedProxies: ['192.168.0.7'] })
    const { app, left } = open()
    await app.ready()
    const from = (address: string, count: number) =>
      Array.from({ length: count }, () => {
        const connection = new Connection(null, address)
        front.take(connection as unknown as Socket)
        return connection
      })
    front.serve(app.server)
    expect(left(from('203.0.113.1', 90))).toBe(90)
    front.hold()
    expect(left(from('203.0.113.1', 2000))).toBe(100)
    expect(left(from('127.0.0.1', 300))).toBe(300)
    const proxied = from('192.168.0.7', 2000)
    expect(left(proxied)).toBe(1800)
    expect(left(from('203.0.113.2', 1))).toBe(0)
    front.close()
    expect(left(proxied)).toBe(0)
    await app.close()
  })

  test('whose requests are being answered stay, and this machine has places of its own', async () => {
    const { app, from, left } = open([], 20)
    let answer = () => {}
    const asked = new Promise<void>(resolve => {
      answer = resolve
    })
    let count = 0
    app.get('/', async () => {
      count++
      await asked
      return 'hello'
    })
    await app.ready()
    const busy = Array.from({ length: 20 }, (_, i) => from(`198.51.100.${i}`, 1)).flat()
    for (const connection of busy) connection.push(half + rest)
    await until('20 requests', () => count === 20)
    expect(left(from('203.0.113.9', 3))).toBe(0)
    expect(left(from('127.0.0.1', 3))).toBe(3)
    expect(left(busy)).toBe(20)
    answer()
    await until('all answers', () => busy.every(connection => connection.received.endsWith('hello')))
    // They now wait for a next request, which can be cut short for others.
    expect(left(from('203.0.113.9', 3))).toBe(3)
    expect(left(busy)).toBe(17)
    await app.close()
  })

  test('end when the headers do not arrive in time', async () => {
    const silent = connect(server.port, '127.0.0.1')
    const slow = connect(server.port, '127.0.0.1').resume()
    slow.write('GET /health HTTP/1.1\r\nHost: loc')
    const trickle = setInterval(() => slow.write('a'), 1000)
    const began = performance.now()
    await Promise.all([once(silent.resume(), 'close'), once(slow, 'close')])
    clearInterval(trickle)
    // Node's own limit is a minute.
    expect(performance.now() - began).toBeLessThan(limitMs(30))
  })
})

test('a rejected upgrade leaves no socket open', async () => {
  const upgrade = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`
  for (const path of ['/api/%zz', '/nothing', '/api/torrents', '/api/events']) {
    const socket = connect(server.port, '127.0.0.1').resume()
    socket.write(upgrade(path))
    // The server closes it unprompted.
    await new Promise(resolve => socket.once('close', resolve))
  }
})
