import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { afterEach, describe, expect, it } from 'vitest'
import type { PeerStatus } from '../api.ts'
import { HttpTrackerServer } from '../discovery/tracker/testing/http-tracker-server.ts'
import { UdpTrackerServer } from '../discovery/tracker/testing/udp-tracker-server.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import type { SessionOptions } from '../session-api.ts'
import { openDatagram } from '../transport/datagram.node.ts'
import { RangeServer } from '../transport/http/testing/range-server.ts'
import { type ProxyServerOptions, TestProxy } from '../transport/proxy/testing/proxy-server.ts'
import { Loopback } from './testing/loopback.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function proxy(options: ProxyServerOptions = {}): Promise<TestProxy> {
  const opened = await TestProxy.open(options)
  closing.push(() => opened.close())
  return opened
}

/** A seed without a proxy, and a session behind one. */
async function pair(given: TestProxy, options: SessionOptions = {}, seedOptions: SessionOptions = {}) {
  const loopback = await Loopback.make()
  closing.push(() => loopback[Symbol.asyncDispose]())
  const metainfo = await loopback.torrent('content', { 'a.bin': 600_000 })
  const seeds = await loopback.open({ directory: loopback.folder, ...seedOptions })
  const seed = await seeds.add(metainfo)
  await seed.whenComplete()
  const proxy = { url: given.url, mode: 'strict' as const }
  const session = await loopback.open({ directory: loopback.path('copy'), port: 0, proxy, ...options })
  return { metainfo, seeds, seed, session }
}

describe.each(['socks5', 'http'] as const)('behind a strict %s proxy', kind => {
  it('a session downloads from peers of a tracker that only the proxy can find', async () => {
    const tracker = await HttpTrackerServer.open()
    closing.push(() => tracker.close())
    const names = { 'tracker.example': '127.0.0.1' }
    const given = await proxy({ kind, names, user: 'anna', password: 'p:ss' })
    const { metainfo, seeds, seed, session } = await pair(given, { trackers: true })
    const trackers = [`http://tracker.example:${tracker.port}/announce`]
    tracker.handle = (request, response) => {
      const isOurs = request.url!.includes('port=1&')
      if (isOurs) seen.push(request)
      return !response
    }
    const seen: { headers: object; url?: string | undefined }[] = []
    // Two seeds disconnect as soon as both are complete.
    const gone: PeerStatus[] = []
    seed.on('peerClosed', peer => gone.push(peer))
    const torrent = await session.add(metainfo, { trackers })
    torrent.addPeer({ host: '127.0.0.1', port: seeds.port })
    await torrent.whenComplete()
    await until('the announce', () => seen.length > 0)
    await until('the seed has seen the peer', () => gone.length + seed.peers().length > 0)
    expect(given.connects).toEqual(
      expect.arrayContaining([`tracker.example:${tracker.port}`, `127.0.0.1:${seeds.port}`]),
    )
    expect(session.port).toBe(0)
    expect(seen[0]!.headers).not.toHaveProperty('user-agent')
    expect(seen[0]!.url).not.toContain('-SH')
    const [peer] = [...gone, ...seed.peers()]
    expect(peer).toMatchObject({ incoming: true, client: expect.not.stringContaining('Shoal') })
  })

  it('web seeds and their redirects go through it', async () => {
    const names = { 'web.example': '127.0.0.1', 'mirror.example': '127.0.0.1' }
    const given = await proxy({ kind, names })
    const { metainfo, seed, session } = await pair(given)
    const bytes = await readFile(seed.files[0]!.diskPath!)
    const server = await RangeServer.open({ '/mirror/a.bin': bytes })
    closing.push(() => server.close())
    server.handle = ({ url }, response) => {
      if (!url!.startsWith('/pub/')) return false
      response.writeHead(302, { location: `http://mirror.example:${server.port}/mirror/a.bin` }).end()
      return true
    }
    const torrent = await session.add(metainfo, { webSeeds: [`http://web.example:${server.port}/pub/`] })
    await torrent.whenComplete()
    expect(new Set(given.connects)).toEqual(
      new Set([`web.example:${server.port}`, `mirror.example:${server.port}`]),
    )
    for (const { headers } of server.seen) expect(headers).not.toHaveProperty('user-agent')
  })
})

describe('behind a strict proxy', () => {
  it('UDP trackers are asked by name through the relay', async () => {
    const given = await proxy({ names: { 'tracker.example': '127.0.0.1' } })
    const tracker = await UdpTrackerServer.open(openDatagram, { host: '127.0.0.1' })
    closing.push(() => tracker.close())
    const { metainfo, session } = await pair(given, { trackers: true })
    const torrent = await session.add(metainfo, {
      trackers: [`udp://tracker.example:${tracker.port}/announce`],
    })
    await until('the announce', () => given.datagrams.includes(`tracker.example:${tracker.port}`))
    await until('the answer', () => torrent.discovery().some(({ state }) => state === 'ok'))
  })

  it('DHT nodes are found by name through the relay, and do not hear of us', async () => {
    const given = await proxy({ names: { 'node.example': '127.0.0.1' } })
    const { metainfo, seeds, session } = await pair(given, {}, { dht: true, dhtNodes: [] })
    await session.close()
    const loopback = await Loopback.make()
    closing.push(() => loopback[Symbol.asyncDispose]())
    // The DHT has the number of the TCP port.
    const dhtPort = seeds.port
    const behind = await loopback.open({
      directory: loopback.path('copy'),
      dht: true,
      dhtNodes: [`node.example:${dhtPort}`],
      proxy: { url: given.url, mode: 'strict' },
    })
    await behind.add(metainfo)
    await until('the DHT node', () => (behind.stats.dhtNodes ?? 0) > 0)
    expect(given.datagrams).toContain(`node.example:${dhtPort}`)
    // BEP 43: nodes that answer no queries are not in the tables of others.
    expect(seeds.stats.dhtNodes).toBe(0)
  })

  it('a session neither listens nor discovers, whatever it is asked to do', async () => {
    const { session } = await pair(await proxy(), { port: 0, lsd: true, webrtc: true })
    expect(session.port).toBe(0)
    await session.configure({ port: 0, lsd: true, webrtc: true })
    expect(session.port).toBe(0)
    const kind = 'libp2p' as const
    const transport = { kind } as Parameters<typeof session.addTransport>[0]
    await expect(session.addTransport(transport)).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('a download stops while the proxy is gone, says so, and continues', async () => {
    const given = await proxy()
    const { port } = given
    const { metainfo, seeds, session } = await pair(given)
    session.setLimits({ downloadBytesPerSecond: 200_000 })
    const torrent = await session.add(metainfo)
    torrent.addPeer({ host: '127.0.0.1', port: seeds.port })
    await until('the first bytes', () => torrent.stats.haveBytes > 0)
    await given.close()
    await until('the loss of the peer', () => torrent.stats.peers === 0)
    torrent.addPeer({ host: '127.0.0.1', port: seeds.port })
    await until('the reason', () => torrent.stats.reason === 'no-route')
    expect(session.problems).toEqual([
      expect.stringMatching(/proxy socks5:\/\/127\.0\.0\.1:\d+ does not work/),
    ])
    session.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
    await proxy({ port })
    await torrent.whenComplete()
    expect(session.problems).toEqual([])
  })

  it('a magnet link to a named peer works without a look-up here', async () => {
    const given = await proxy({ names: { 'peer.example': '127.0.0.1' } })
    const { seeds, seed, session } = await pair(given)
    const hash = infoHashText(seed.infoHashes)
    const torrent = await session.add(`magnet:?xt=urn:btih:${hash}&x.pe=peer.example:${seeds.port}`)
    await torrent.whenComplete()
    expect(given.connects).toContain(`peer.example:${seeds.port}`)
  })
})
