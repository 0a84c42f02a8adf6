/** Trackers that respond with garbage, endlessly or not at all, in addition to a good one. */
import { createSocket } from 'node:dgram'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { limitMs, until } from '@shoal/testing'
import { Session } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encode } from '../../packages/torrent/src/bencode/bencode.ts'
import { HttpTrackerServer } from '../../packages/torrent/src/discovery/tracker/testing/http-tracker-server.ts'
import { tempDir } from '../support/files.ts'
import { ALONE, seeder, sharedFile } from './support.ts'

const MIB = 1024 * 1024
const MAX_MEMORY_BYTES = 200 * MIB

type Respond = (response: ServerResponse, url: string) => void

/** Writes as long as the client reads. */
function endless(response: ServerResponse, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

const bomb = gzipSync(Buffer.alloc(300 * MIB))
const RESPONSES: Record<string, Respond> = {
  garbage: response => response.end(Buffer.from(crypto.getRandomValues(new Uint8Array(5000)))),
  'an endless body': response => endless(response, Buffer.alloc(64 * 1024, 'd5:peers')),
  'an endless head': response => {
    const timer = setInterval(() => response.socket?.write(`X-${Math.random()}: ${'x'.repeat(1000)}\r\n`), 1)
    response.socket?.write('HTTP/1.1 200 OK\r\n')
    response.socket?.once('close', () => clearInterval(timer))
  },
  'redirects to itself': (response, url) => response.writeHead(302, { location: url }).end(),
  'redirects that grow': (response, url) => response.writeHead(301, { location: `${url}x` }).end(),
  'a redirect to a file': response => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  nothing: () => {},
  'a byte per second': response => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('d'), 1000)
    response.socket?.once('close', () => clearInterval(timer))
  },
  'a gzip bomb': response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  'ten million peers': response => {
    response.write('d8:intervali1800e5:peers60000000:')
    endless(response, Buffer.alloc(60_000, Uint8Array.of(240, 1, 2, 3, 26, 225)))
  },
  'many peers': response => {
    const peers = Uint8Array.from({ length: 60_000 }, (_, i) => (i % 6 === 0 ? 241 : (i * 7919) & 255))
    response.end(encode({ interval: 1800, peers }))
  },
  'a negative interval': response => response.end(encode({ interval: -5, 'min interval': -5, peers: '' })),
  'an interval of 0': response => response.end(encode({ interval: 0, peers: '' })),
  'nested lists': response => response.end(Buffer.alloc(1_000_000, 'l')),
  'a failure with a long reason': response => response.end(encode({ 'failure reason': 'x'.repeat(900_000) })),
  'half a response': response => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('d8:interval')
    response.socket?.destroySoon()
  },
}

/** Starts a UDP server that responds to every datagram with several meaningless ones. */
async function udpGarbage(): Promise<string> {
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  socket.on('message', (bytes, { port, address }) => {
    for (const response of [
      crypto.getRandomValues(new Uint8Array(16)),
      new Uint8Array(0),
      new Uint8Array(1400).fill(255),
      // With the correct transaction ID but an unknown action.
      Buffer.concat([Buffer.of(0, 0, 0, 77), bytes.subarray(12, 16), Buffer.alloc(8)]),
      Buffer.concat([Buffer.of(0, 0, 0, 1), bytes.subarray(12, 16), Buffer.alloc(3)]),
    ])
      socket.send(response, port, address)
  })
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  return `udp://127.0.0.1:${socket.address().port}/announce`
}

async function tracker(respond?: Respond): Promise<HttpTrackerServer> {
  const server = await HttpTrackerServer.open()
  onTestFinished(() => server.close())
  if (respond)
    server.handle = (request, response) => {
      response.on('error', () => {})
      respond(response, request.url!)
      return true
    }
  return server
}

describe('with hostile trackers', () => {
  test('one good tracker is sufficient to complete the download', async () => {
    await using dir = await tempDir('trackers')
    const file = await sharedFile(dir.join('seed'), 'file', 2 * MIB)
    const good = await tracker()
    const { session: seed, torrents } = await seeder([], { trackers: true })
    onTestFinished(() => seed.close())
    expect(torrents).toEqual([])
    await seed.add(file.metainfo, { directory: file.folder, trusted: true, trackers: [good.url()] })
    await until('the seed is announced', () => good.seen.length > 0)

    const hostile = await Promise.all(Object.values(RESPONSES).map(respond => tracker(respond)))
    const urls = [
      ...hostile.map(server => server.url()),
      await udpGarbage(),
      'udp://127.0.0.1:1/announce',
      'http://127.0.0.1:1/announce',
      'http://nowhere.invalid/announce',
      'ftp://127.0.0.1/announce',
      'http://[:::/announce',
      good.url(),
    ]
    const before = process.memoryUsage().rss
    const session = await Session.open({ ...ALONE, trackers: true })
    onTestFinished(() => session.close())
    const torrent = await session.add(file.metainfo, { memory: true, trackers: urls })
    await until('it is complete', () => torrent.state === 'seeding', { timeoutMs: limitMs(90) })
    await until('each hostile tracker has received a request', () =>
      hostile.every(({ seen }) => seen.length > 0),
    )
    // Give endless responses time to show their cost.
    await until('most have failed', () => {
      const failed = torrent.discovery().filter(({ state }) => state === 'failed')
      return failed.length >= 10
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_MEMORY_BYTES)
    // No tracker receives repeated requests.
    for (const { seen } of hostile) expect(seen.length).toBeLessThan(30)
    for (const { message = '' } of torrent.discovery()) expect(message.length).toBeLessThan(1000)
    // Pending requests do not delay closing.
    await session.close()
  })
})
