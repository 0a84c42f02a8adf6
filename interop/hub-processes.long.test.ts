/**
 * A hub in several processes: on one machine without Redis, and with Debian's Redis and HAProxy.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { limitMs, until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { testCarrier } from '../apps/hub/src/cluster/compliance.ts'
import { RedisCarrier } from '../apps/hub/src/cluster/redis-carrier.ts'
import { HaProxy } from './support/haproxy.ts'
import { HubProcess } from './support/hub.ts'
import { RedisServer } from './support/redis.ts'
import { missing } from './support/tools.ts'

const HASH = 'h'.repeat(20)

const CLIENTS = 8

/** Clients that announce repeatedly, each from a separate port. */
class AnnouncingClients {
  answered = 0
  lost = 0
  #isStopped = false
  readonly #done: Promise<unknown>

  constructor(hub: HubProcess) {
    const announce = async (port: number) => {
      while (!this.#isStopped) {
        const answer = await hub.announce(port).catch(() => '')
        if (answer.includes('8:complete')) this.answered++
        else this.lost++
      }
    }
    this.#done = Promise.all(Array.from({ length: CLIENTS }, (_, at) => announce(100 + at)))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }
}

const processesOf = async (hub: HubProcess) => Object.keys((await hub.stats()).join.processes)

describe.skipIf(process.platform !== 'linux')('a hub with --workers', () => {
  test('answers with all its processes, survives the end of one, and ends with all of them', async () => {
    await using hub = await HubProcess.start(['--workers', '2'])
    await until('both know each other', async () => (await processesOf(hub)).length === 2)
    for (let port = 1; port <= 20; port++) expect(await hub.announce(port)).toContain('8:complete')
    await until('the statistics have all', async () => {
      const { requests, seeds } = await hub.stats()
      return seeds === 20 && requests.http.announces === 20
    })
    // The system has given each some of 20 connections. Each process receives the other's numbers
    // every two seconds.
    await until('the metrics have both', async () => {
      const metrics = await hub.text('/metrics')
      const counts = [...metrics.matchAll(/announces_total\{front="http",process="\d+"\} (\d+)/g)]
      const [a = 0, b = 0] = counts.map(([, count]) => Number(count))
      return a > 0 && b > 0 && a + b === 20
    })

    const victim = hub.log.find(({ message }) => message === 'The hub is listening')!
    const clients = new AnnouncingClients(hub)
    await until('they announce', () => clients.answered > 10 * CLIENTS)
    process.kill(victim.pid, 'SIGKILL')
    const before = clients.answered
    await until('it is noticed', () => hub.said('A process of the hub has ended'))
    const left = await until('another one has started', async () => {
      const numbers = await processesOf(hub)
      return numbers.includes('3') && numbers.length === 2 && numbers
    })
    expect(left).not.toContain(String(victim.process))
    await clients.stop()
    // The other one kept responding. Only requests in flight were lost: a client had one, and
    // perhaps one queued for the process.
    expect(clients.answered).toBeGreaterThan(before + 10 * CLIENTS)
    expect(clients.lost).toBeLessThanOrEqual(2 * CLIENTS)
    await until('it knows all peers', async () => {
      const { join, seeds } = await hub.stats()
      return join.number === 3 && seeds === 20 + CLIENTS
    })
    hub.process.child.kill('SIGTERM')
    expect(await hub.process.exited).toBe(0)
    expect(hub.log.filter(({ message }) => message === 'The hub has stopped')).toHaveLength(2)
    await expect(hub.text('/health')).rejects.toThrow()
  })

  test('says that a port is taken, though others could share it', async () => {
    await using first = await HubProcess.start(['--workers', '2'])
    await expect(HubProcess.start(['--workers', '2', '--port', String(first.port)])).rejects.toThrow(
      'is taken',
    )
  })
})

describe.skipIf(missing('redis-server'))('Redis', () => {
  testCarrier(async () => {
    const redis = await RedisServer.start()
    return {
      open: () => RedisCarrier.open({ url: redis.url }),
      [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
    }
  })

  test('keeps one secret for all, and separates hubs with other numbers of a database', async () => {
    await using redis = await RedisServer.start()
    const secrets: string[] = []
    const got: string[] = []
    const open = async (database: number) => {
      const onSecret = (secret: Uint8Array) => void secrets.push(Buffer.from(secret).toString('hex'))
      const carrier = await RedisCarrier.open({ url: `${redis.url}/${database}`, onSecret })
      await new Promise<void>(joined =>
        carrier.start({ joined, left() {}, frame: bytes => void got.push(`${database}${bytes}`) }),
      )
      return carrier
    }
    const carriers = [await open(0), await open(0), await open(1)]
    expect(secrets[0]).toHaveLength(64)
    expect(secrets[1]).toBe(secrets[0])
    expect(secrets[2]).not.toBe(secrets[0])
    for (const carrier of carriers) carrier.publish(Buffer.from('frame'))
    await until('both have arrived', () => got.length >= 2)
    // Publishers do not receive their own messages, and earlier ones arrive before any that are
    // sent later.
    carriers[2]!.send(carriers[2]!.number, Buffer.from('end'))
    await until('the last has arrived', () => got.includes('1end'))
    expect(got.sort()).toEqual(['0frame', '0frame', '1end'])
    for (const carrier of carriers) await carrier.close()
  })

  test('that does not answer is left before much waits for it, and joined again', async () => {
    await using redis = await RedisServer.start()
    const carrier = await RedisCarrier.open({ url: redis.url })
    const states: string[] = []
    carrier.start({
      joined: () => void states.push('joined'),
      left: reason => void states.push(reason),
      frame() {},
    })
    await until('it has joined', () => states.length === 1)
    redis.freeze(true)
    for (let at = 0; at < 90; at++) carrier.publish(new Uint8Array(100_000))
    await until('it has left', () => states.length === 2)
    expect(states[1]).toBe('Redis is too slow')
    redis.freeze(false)
    await until('it has joined again', () => states[2] === 'joined')
    await carrier.close()
  })

  test('that sends a reply without end is cut off', async () => {
    let sent = 0
    const server = createServer(socket => {
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) sent += 65_536
      }
      socket.on('error', () => {})
      socket.on('drain', more)
      socket.write('$1000000000\r\n')
      more()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const carrier = await RedisCarrier.open({
      url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })
    const reason = await new Promise<string>(left => carrier.start({ joined() {}, left, frame() {} }))
    expect(reason).toBe('Redis sent too long a reply')
    await carrier.close()
    // Most of it is in the system's buffers, and was not read.
    expect(sent).toBeLessThan(100 << 20)
    server.close()
  })

  test('joins hubs; without it each continues alone and says so, and they join again by themselves', async () => {
    await using redis = await RedisServer.start()
    await using a = await HubProcess.start(['--redis', redis.url])
    await using b = await HubProcess.start(['--redis', redis.url])
    await a.announce(1)
    await until('the other one knows the peer', async () => (await b.stats()).seeds === 1)
    await using late = await HubProcess.start(['--redis', redis.url])
    expect((await late.stats()).seeds).toBe(1)

    await redis.kill()
    for (const hub of [a, b]) await until('it is noticed', () => hub.said('cannot reach its other processes'))
    expect(await a.text('/health')).toBe('ok, but the other processes cannot be reached\n')
    expect(await a.text('/ready')).toBe('ready\n')
    expect(await a.text('/metrics')).toMatch(/shoal_hub_joined\{process="\d+"\} 0\n/)
    expect(await a.text('/')).toContain('cannot reach the others')
    expect(await a.announce(2)).toContain('8:completei2e')
    expect(await b.announce(3)).toContain('8:completei2e')

    await redis.start()
    for (const hub of [a, b, late])
      await until('what happened meanwhile is everywhere', async () => (await hub.stats()).seeds === 3)
    expect(await a.text('/health')).toBe('ok\n')
    const secret = await new Promise<Uint8Array>(onSecret =>
      RedisCarrier.open({ url: redis.url, onSecret }).then(carrier => {
        carrier.start({ joined: () => void carrier.close(), left() {}, frame() {} })
      }),
    )
    for (const encoding of ['hex', 'base64', 'latin1'] as const)
      expect(JSON.stringify([a.log, b.log])).not.toContain(Buffer.from(secret).toString(encoding))
  })

  test('that is not there when a hub starts is joined later', async () => {
    const redis = await RedisServer.start()
    await redis.kill()
    await using hub = await HubProcess.start(['--redis', redis.url])
    expect(hub.said('cannot reach its other processes')?.reason).toContain('ECONNREFUSED')
    expect(await hub.announce(1)).toContain('8:completei1e')
    await redis.start()
    await until('it has joined', () => hub.said('has joined its other processes'))
    await using other = await HubProcess.start(['--redis', redis.url])
    expect((await other.stats()).seeds).toBe(1)
    await redis[Symbol.asyncDispose]()
  })

  test.skipIf(process.platform !== 'linux')(
    'joins the processes of several machines with --workers',
    async () => {
      await using redis = await RedisServer.start()
      await using a = await HubProcess.start(['--redis', redis.url, '--workers', '2'])
      await using b = await HubProcess.start(['--redis', redis.url])
      await until('all know each other', async () => (await processesOf(b)).length === 3)
      await a.announce(1)
      await until('the other machine knows the peer', async () => (await b.stats()).seeds === 1)
    },
  )
})

/** A page that reconnects at once whenever its connection ends. */
class Page {
  readonly #url: string
  readonly #peerId: string
  #socket: WebSocket | undefined
  #isOpen = true
  /** Peers whose offers arrived since `answers` was last read. */
  readonly offers = new Set<string>()

  constructor(url: string, name: string) {
    this.#url = url
    this.#peerId = name.padEnd(20, '-')
    this.#connect()
  }

  announce(offers: number): void {
    const one = (at: number) => ({ offer_id: `${at}`, offer: { type: 'offer', sdp: 'sdp' } })
    const all = Array.from({ length: offers }, (_, at) => one(at))
    const text = JSON.stringify({
      action: 'announce',
      info_hash: HASH,
      peer_id: this.#peerId,
      left: 1,
      offers: all,
    })
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  close(): void {
    this.#isOpen = false
    this.#socket?.terminate()
  }

  #connect(): void {
    if (!this.#isOpen) return
    // The certificate is the test's own.
    const socket = new WebSocket(this.#url, { rejectUnauthorized: false })
    this.#socket = socket
    socket.on('open', () => this.announce(0))
    socket.on('message', data => {
      const { offer, peer_id: from } = JSON.parse(data.toString())
      if (offer) this.offers.add(from)
    })
    socket.on('error', () => {})
    socket.on('close', () => setTimeout(() => this.#connect(), 50))
  }
}

describe.skipIf(missing('redis-server', 'haproxy', 'openssl'))('HAProxy with TLS', () => {
  test('spreads pages over two hubs without stickiness, and those of a killed one go to the other', async () => {
    await using redis = await RedisServer.start()
    const args = ['--redis', redis.url, '--trusted-proxy', '127.0.0.1']
    await using a = await HubProcess.start(args)
    await using b = await HubProcess.start(args)
    await using proxy = await HaProxy.start([a.port, b.port])
    const pages = Array.from(
      { length: 6 },
      (_, at) => new Page(`wss://127.0.0.1:${proxy.port}/announce`, `page${at}`),
    )
    try {
      const ownPages = async (hub: HubProcess) => {
        const text = await hub.text('/metrics')
        const { number } = (await hub.stats()).join
        return Number(
          new RegExp(`connections\\{front="webSocket",process="${number}"\\} (\\d+)`).exec(text)![1],
        )
      }
      await until(
        'all announced',
        async () => (await a.stats()).peers.web === 6 && (await b.stats()).peers.web === 6,
      )
      expect([await ownPages(a), await ownPages(b)]).toEqual([3, 3])
      const meet = async () => {
        for (const page of pages) page.offers.clear()
        await until(
          'the first page reaches all others',
          () => {
            pages[0]!.announce(10)
            return pages.slice(1).every(({ offers }) => offers.size === 1)
          },
          { intervalMs: 1000 },
        )
      }
      await meet()

      a.process.child.kill('SIGKILL')
      await until('all pages are at the other one', async () => (await ownPages(b)) === 6)
      await meet()
      await until(
        'it has forgotten the pages of the killed one',
        async () => (await b.stats()).peers.web === 6,
        {
          timeoutMs: limitMs(120),
        },
      )
    } finally {
      for (const page of pages) page.close()
    }
  })
})
