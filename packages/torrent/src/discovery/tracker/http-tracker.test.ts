import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { limitMs } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { encode } from '../../bencode/bencode.ts'
import { resolveHost as systemResolve } from '../../transport/resolve.node.ts'
import { createHttpGet, httpGet } from './http-get.node.ts'
import { HttpTracker } from './http-tracker.ts'
import { HttpTrackerServer } from './testing/http-tracker-server.ts'
import type { AnnounceRequest } from './tracker.ts'

const request: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xa1),
  peerId: new Uint8Array(20).fill(0xb2),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 5,
  event: 'started',
  numWant: 50,
  key: 1,
}
const answer = encode({ interval: 60, peers: '' })

describe('HTTP trackers, on loopback', () => {
  let server: HttpTrackerServer
  const raw: Server[] = []
  const sockets = new Set<Socket>()
  const tracker = new HttpTracker({
    clock: systemClock,
    httpGet,
    resolveHost: systemResolve,
    userAgent: 'Shoal/9',
  })

  beforeEach(async () => {
    server = await HttpTrackerServer.open()
  })

  afterEach(async () => {
    await server.close()
    for (const socket of sockets) socket.destroy()
    for (const one of raw.splice(0)) await new Promise(resolve => one.close(resolve))
  })

  const announce = (url = server.url(), signal = AbortSignal.timeout(limitMs(20))) =>
    tracker.announce(url, request, { signal })
  const failing = (code: string, message: RegExp) =>
    expect.objectContaining({ name: 'TrackerError', code, message: expect.stringMatching(message) })

  /** A server that sends raw bytes. */
  async function rawServer(onSocket: (socket: Socket) => void): Promise<string> {
    const one = createServer(socket => {
      sockets.add(socket.on('error', () => {}))
      onSocket(socket)
    })
    raw.push(one)
    await new Promise<void>(resolve => one.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(one.address() as { port: number }).port}/announce`
  }

  it('announces and gets peers', async () => {
    let agent: string | undefined
    server.handle = incoming => {
      agent = incoming.headers['user-agent']
      return false
    }
    expect(await announce()).toEqual({
      intervalMs: 1_800_000,
      seeds: 0,
      leeches: 1,
      downloads: 7,
      peers: [{ host: '127.0.0.1', port: 6881 }],
    })
    expect(agent).toBe('Shoal/9')
    expect(server.lastQuery().get('event')).toBe('started')
  })

  it('scrapes in batches', async () => {
    await announce()
    const hashes = Array.from({ length: 60 }, (_, i): Uint8Array => new Uint8Array(20).fill(i))
    const entries = await tracker.scrape(server.url(), [...hashes, request.infoHash], {
      signal: AbortSignal.timeout(limitMs(20)),
    })
    expect(entries.length).toBe(61)
    expect(entries[60]).toEqual({ seeds: 0, leeches: 1, downloads: 7 })
    expect(server.seen.filter(url => url.startsWith('/scrape')).length).toBe(2)
    const noScrape = tracker.scrape(server.url('/x'), hashes, { signal: AbortSignal.timeout(limitMs(20)) })
    await expect(noScrape).rejects.toEqual(failing('unsupported', /announce/))
  })

  it('follows a redirect with the query in its location', async () => {
    server.handle = (incoming, response) => {
      if (!incoming.url!.startsWith('/announce?')) return false
      response.writeHead(302, { location: incoming.url!.replace('/announce', '/announce2') }).end()
      return true
    }
    expect(await announce()).toMatchObject({ leeches: 1 })
    expect(server.seen.map(url => url.split('?')[0])).toEqual(['/announce', '/announce2'])
  })

  it('limits the number of redirects', async () => {
    server.handle = (incoming, response) => {
      response.writeHead(301, { location: incoming.url! }).end()
      return true
    }
    await expect(announce()).rejects.toEqual(failing('bad-message', /more than 5/))
    expect(server.seen.length).toBe(6)
  })

  it.each(['ftp://x/', 'file:///etc/passwd', 'http://', 'gopher:x'])(
    'does not follow a redirect to %s',
    async location => {
      server.handle = (_incoming, response) => {
        response.writeHead(302, { location }).end()
        return true
      }
      await expect(announce()).rejects.toEqual(failing('bad-message', /redirects/))
    },
  )

  it('requests only tracker paths in the local network', async () => {
    await expect(announce(server.url('/api/delete?all=1'))).rejects.toEqual(
      failing('bad-message', /announce/),
    )
    expect(server.seen).toEqual([])
    server.handle = (_incoming, response) => {
      response.writeHead(302, { location: '/admin' }).end()
      return true
    }
    await expect(announce()).rejects.toEqual(failing('bad-message', /announce/))
    expect(server.seen.length).toBe(1)
  })

  it('does not follow a redirect from outside into the local network', async () => {
    // Both servers run on this machine; the test declares the first to be outside.
    const get = createHttpGet(host => host === '127.0.0.2')
    server.handle = (_incoming, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${server.port}/announce` }).end()
      return true
    }
    const options = { signal: AbortSignal.timeout(limitMs(20)), userAgent: 'x', maxBytes: 1000 }
    await expect(get(server.url(), options)).rejects.toMatchObject({ message: /into the local network/ })
    expect(server.seen.length).toBe(1)
  })

  it('decompresses gzip, within the limit', async () => {
    let body = gzipSync(answer)
    server.handle = (_incoming, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
      return true
    }
    expect(await announce()).toEqual({ intervalMs: 60_000, peers: [] })
    body = gzipSync(new Uint8Array(50 * 1024 * 1024))
    await expect(announce()).rejects.toEqual(failing('bad-message', /damaged|more than/))
    body = gzipSync(answer).subarray(0, 15)
    await expect(announce()).rejects.toEqual(failing('bad-message', /damaged/))
  })

  it('stops reading an endless body', async () => {
    let sent = 0
    server.handle = (_incoming, response) => {
      const chunk = new Uint8Array(64 * 1024)
      const more = () => {
        while (!response.destroyed && sent < 100 * 1024 * 1024 && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', more).writeHead(200)
      more()
      return true
    }
    await expect(announce()).rejects.toEqual(failing('too-large', /more than/))
    expect(sent).toBeLessThan(50 * 1024 * 1024)
  })

  it('can be aborted while a tracker hangs before or within its response', async () => {
    for (const head of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nd']) {
      const asked = Promise.withResolvers<void>()
      const url = await rawServer(socket =>
        socket.on('data', () => {
          socket.write(head)
          asked.resolve()
        }),
      )
      const stop = new AbortController()
      const outcome = announce(url, stop.signal)
      await asked.promise
      stop.abort(new Error('enough'))
      await expect(outcome).rejects.toThrow('enough')
    }
  })

  it.each([
    ['not HTTP', 'SSH-2.0-hello\r\n\r\n', 'bad-message'],
    ['nothing', '', 'unreachable'],
    ['a torn answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nd', 'bad-message'],
    ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, 'bad-message'],
  ])('survives %s', async (_, bytes, code) => {
    const url = await rawServer(socket => socket.once('data', () => socket.end(bytes)))
    await expect(announce(url)).rejects.toEqual(failing(code, /./))
  })

  it('reports a refused connection or an unknown host, without the path', async () => {
    const url = server.url('/announce/secretsecretsecret1')
    await server.close()
    const error = await announce(url).catch((thrown: Error) => thrown)
    expect(error).toEqual(failing('refused', /127\.0\.0\.1/))
    expect((error as Error).message).not.toContain('secret')
    await expect(announce('http://tracker.invalid/announce')).rejects.toEqual(
      failing('unreachable', /tracker\.invalid/),
    )
  })

  it('reports an HTTP error with the tracker’s reason and Retry-After', async () => {
    let body: Uint8Array | string = '<html>'
    server.handle = (_incoming, response) => {
      response.writeHead(503, { 'retry-after': '120' }).end(body)
      return true
    }
    await expect(announce()).rejects.toMatchObject({
      code: 'bad-message',
      message: /503/,
      retryInMs: 120_000,
    })
    body = encode({ 'failure reason': 'unregistered torrent' })
    await expect(announce()).rejects.toMatchObject({ code: 'refused', message: 'unregistered torrent' })
  })

  it('announces over both address families of a host (BEP 7)', async () => {
    const six = await HttpTrackerServer.open('::1').catch(() => null)
    if (!six) return
    const both = new HttpTracker({
      clock: systemClock,
      userAgent: 'x',
      resolveHost: async () => [
        { host: '::1', family: 6 },
        { host: '127.0.0.1', family: 4 },
      ],
      httpGet: (url, options) => {
        const port = options.address?.family === 6 ? six.port : server.port
        return httpGet(url.replace(':1/', `:${port}/`), options)
      },
    })
    const { peers } = await both.announce('http://tracker.test:1/announce', request, {
      signal: AbortSignal.timeout(limitMs(20)),
    })
    await six.close()
    expect(peers.map(peer => peer.host).sort()).toEqual(['127.0.0.1', '::1'])
    expect(server.lastQuery().get('key')).toBe(six.lastQuery().get('key'))
  })
})
