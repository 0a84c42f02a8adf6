import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { httpGet } from '#http-get'
import { hex } from '../base/bytes.ts'
import { systemClock } from '../base/clock.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { torrentCid } from '../metainfo/cid.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { readSource, type SourceContext } from './sources.ts'

let server: http.Server
let answer: http.RequestListener
let url: string
beforeEach(async () => {
  server = http.createServer((request, response) => answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  return new Promise(resolve => server.close(resolve))
})

const context: SourceContext = {
  userAgent: 'test',
  clock: systemClock,
  httpGet,
  signal: new AbortController().signal,
}

describe('the URL of a .torrent', () => {
  test('is fetched, also over a redirect', async () => {
    const { metainfo } = await testTorrent({})
    answer = (request, response) => {
      if (request.url === '/there/x.torrent') return response.end(writeMetainfo(metainfo))
      response.writeHead(302, { location: '/there/x.torrent' }).end()
    }
    const origin = await readSource(`${url}/x.torrent`, {}, context)
    expect(origin.infoHashes).toEqual(metainfo.info.infoHashes)
    expect(origin.metainfo?.info.name).toBe('test')
  })

  test('may lead to a magnet link', async () => {
    const { metainfo } = await testTorrent({})
    const magnet = formatMagnet({ infoHashes: metainfo.info.infoHashes, name: 'Größe' })
    answer = (request, response) => {
      const location = request.url === '/x.torrent' ? '/there.torrent' : magnet
      response.writeHead(302, { location }).end()
    }
    const origin = await readSource(`${url}/x.torrent`, {}, context)
    expect(origin).toMatchObject({ infoHashes: metainfo.info.infoHashes, name: 'Größe', metainfo: null })
  })

  test('may be redirected to an address with raw UTF-8', async () => {
    const { metainfo } = await testTorrent({})
    const asked: (string | undefined)[] = []
    answer = (request, response) => {
      asked.push(request.url)
      if (request.url !== '/x.torrent') return response.end(writeMetainfo(metainfo))
      response.socket!.end('HTTP/1.1 302 Found\r\nLocation: /Größe.torrent\r\nContent-Length: 0\r\n\r\n')
    }
    await readSource(`${url}/x.torrent`, {}, context)
    expect(asked).toEqual(['/x.torrent', '/Gr%C3%B6%C3%9Fe.torrent'])
  })

  test('may lead to a compressed one, which is not decompressed without end', async () => {
    const { metainfo } = await testTorrent({})
    const bombs = gzipSync(Buffer.alloc(65 * 1024 * 1024))
    answer = (request, response) =>
      response.end(request.url === '/bomb.torrent' ? bombs : gzipSync(writeMetainfo(metainfo)))
    const origin = await readSource(`${url}/x.torrent`, {}, context)
    expect(origin.infoHashes).toEqual(metainfo.info.infoHashes)
    await expect(readSource(`${url}/bomb.torrent`, {}, context)).rejects.toMatchObject({
      code: 'bad-torrent',
      message: expect.stringContaining('larger than 64 MiB'),
    })
    const torn = gzipSync(writeMetainfo(metainfo)).subarray(0, -20)
    await expect(readSource(torn, {}, context)).rejects.toMatchObject({ code: 'bad-torrent' })
  })

  test.each<[string, RegExp, http.RequestListener]>([
    [
      'that is not there',
      /404 for the .torrent: check the URL/,
      (_, response) => response.writeHead(404).end(),
    ],
    [
      'that redirects forever',
      /redirects more than 5 times/,
      (_, response) => response.writeHead(302, { location: '/x' }).end(),
    ],
    [
      'that is a web page',
      /did not send a \.torrent file: check the URL/,
      (_, response) => response.end('<html>'),
    ],
    [
      'that is a text',
      /did not send a \.torrent file: check the URL/,
      (_, response) => response.end('dear reader'),
    ],
    ['that is broken', /cannot be used: it is damaged/, (_, response) => response.end('d8:announce')],
    ['that is nothing', /did not send a \.torrent file: check the URL/, (_, response) => response.end()],
    [
      'that breaks off',
      /Cannot fetch/,
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('d')
        setImmediate(() => response.destroy())
      },
    ],
    [
      'without end',
      /more than \d+ bytes/,
      (_, response) => {
        const chunk = Buffer.alloc(1 << 20)
        const more = () => {
          while (!response.destroyed && response.write(chunk)) {}
        }
        response.on('drain', more)
        more()
      },
    ],
  ])('%s is one clear error', async (_, message, listener) => {
    answer = listener
    await expect(readSource(`${url}/x.torrent`, {}, context)).rejects.toThrow(message)
  })

  test('that never answers fails after a minute', async () => {
    const clock = new VirtualClock()
    let asked = () => {}
    const request = new Promise<void>(resolve => {
      asked = resolve
    })
    answer = () => asked()
    const outcome = expect(readSource(`${url}/x`, {}, { ...context, clock })).rejects.toMatchObject({
      code: 'timeout',
    })
    await request
    await clock.advance(60_000)
    await outcome
  })

  test('is aborted when the session closes', async () => {
    const controller = new AbortController()
    const reason = new Error('closed')
    answer = () => controller.abort(reason)
    await expect(readSource(`${url}/x`, {}, { ...context, signal: controller.signal })).rejects.toBe(reason)
  })
})

test('an info hash is accepted in every notation', async () => {
  const { infoHashes } = (await testTorrent({ version: 'hybrid' })).metainfo.info
  const { v1, v2 } = infoHashes
  for (const [text, expected] of [
    [hex(v1!), { v1 }],
    [hex(v1!).toUpperCase(), { v1 }],
    [` ${hex(v2!)}\n`, { v2 }],
    [`1220${hex(v2!)}`, { v2 }],
    [torrentCid({ v2: v2! }), { v2 }],
  ] as const)
    expect((await readSource(text, {}, context)).infoHashes).toEqual(expected)
})

test.each([
  ['/no/such/file.torrent', 'not-found'],
  ['', 'not-found'],
  ['magnet:?dn=nothing', 'bad-magnet'],
  ['http://', 'bad-argument'],
  [new Uint8Array(3), 'bad-torrent'],
] as const)('%o is an error', async (source, code) => {
  await expect(readSource(source, {}, context)).rejects.toMatchObject({ code })
})

test('options add to the source’s own trackers, web seeds and peers', async () => {
  const { metainfo } = await testTorrent({})
  const options = {
    peers: ['10.0.0.1:80', '[::1]:81', 'peer.example:82'],
    trackers: ['http://t.example/', 'http://t.example/'],
    webSeeds: ['http://w.example/', 'http://w.example/'],
    select: [0],
  }
  expect(await readSource(metainfo, options, context)).toMatchObject({
    peers: [
      { host: '10.0.0.1', port: 80 },
      { host: '::1', port: 81 },
      { host: 'peer.example', port: 82 },
    ],
    trackers: [['http://t.example/']],
    webSeeds: ['http://w.example/'],
    select: [{ first: 0, last: 0 }],
  })
})

test('text that is not a URL is left out of the trackers that an option names', async () => {
  const { metainfo } = await testTorrent({})
  const trackers = [
    'film.torrent',
    'magnet:?xt=1',
    'http:///announce',
    '',
    ' http://t.example/\n',
    'http://t.example/',
  ]
  expect((await readSource(metainfo, { trackers }, context)).trackers).toEqual([['http://t.example/']])
})
