import { beforeEach, describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../base/bytes.ts'
import { systemClock } from '../base/clock.ts'
import { seededRandom, systemRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { openDatagram as systemDatagram } from '../transport/datagram.node.ts'
import type { DatagramSocket, OpenDatagram } from '../transport/datagram.ts'
import { MemoryDatagramNetwork } from '../transport/memory-datagram.ts'
import { RecordingSink, testTopic } from './compliance.ts'
import { LsdDiscovery } from './lsd.ts'
import { decodeLsd } from './lsd-messages.ts'

const GROUP = '239.192.152.143'
const GROUP6 = 'ff15::efc0:988f'
const MINUTE = 60_000

describe('local service discovery, in virtual time', () => {
  let clock: VirtualClock
  let network: MemoryDatagramNetwork
  let ear: DatagramSocket
  let heard: { atMs: number; text: string; bytes: Uint8Array }[]
  let lsd: LsdDiscovery

  const create = (openDatagram: OpenDatagram) =>
    new LsdDiscovery({ clock, random: seededRandom(5), openDatagram })
  const hash = (i: number) =>
    Uint8Array.from({ length: 20 }, (_, at) => (at < 2 ? (i >> (8 * at)) & 0xff : 0xcc))
  const hashesHeard = () => heard.flatMap(({ bytes }) => decodeLsd(bytes)?.infoHashes ?? [])

  beforeEach(async () => {
    clock = new VirtualClock()
    network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
    heard = []
    ear = await network.host({ 4: '10.0.0.7' })({ family: 4, port: 6771, multicast: { group: GROUP } })
    ear.onMessage = bytes => heard.push({ atMs: clock.nowMs(), text: latin1(bytes), bytes })
    lsd = create(network.host({ 4: '10.0.0.1' }))
  })

  it('announces soon, then every five to six minutes', async () => {
    lsd.join(testTopic(), new RecordingSink())
    await clock.advance(1000)
    expect(heard.length).toBe(1)
    expect(heard[0]!.text).toMatch(
      /^BT-SEARCH \* HTTP\/1\.1\r\nHost: 239\.192\.152\.143:6771\r\nPort: 6881\r\n/,
    )
    await clock.advance(30 * MINUTE)
    const gaps = heard.slice(1).map(({ atMs }, i) => atMs - heard[i]!.atMs)
    expect(gaps.length).toBe(5)
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(5 * MINUTE)
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(6 * MINUTE)
  })

  it('combines torrents that were added one by one in one datagram', async () => {
    for (let i = 0; i < 10; i++) {
      lsd.join(testTopic({ infoHash: hash(i) }), new RecordingSink())
      await clock.advance(5000)
    }
    expect(heard.length).toBe(10)
    heard.length = 0
    await clock.advance(6 * MINUTE)
    expect(heard.length).toBe(1)
    expect(hashesHeard().length).toBe(10)
  })

  it('sends at most one datagram per second of at most 1400 bytes, and misses no torrent', async () => {
    const names = new Set<string>()
    for (let i = 0; i < 1000; i++) lsd.join(testTopic({ infoHash: hash(i) }), new RecordingSink())
    await clock.advance(MINUTE)
    for (const infoHash of hashesHeard()) names.add(latin1(infoHash))
    expect(names.size).toBe(1000)
    expect(hashesHeard().length).toBe(1000)
    expect(heard.every(({ bytes }) => bytes.length <= 1400)).toBe(true)
    expect(heard.length).toBeLessThanOrEqual(Math.ceil(1000 / 20))
    const gaps = heard.slice(1).map(({ atMs }, i) => atMs - heard[i]!.atMs)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000)
  })

  it('puts torrents with different ports in different datagrams, and leaves out those without a port', async () => {
    for (const port of [1, 2, 0, 1]) lsd.join(testTopic({ port, infoHash: hash(port) }), new RecordingSink())
    await clock.advance(3000)
    const seen = heard.map(({ bytes }) => decodeLsd(bytes)!)
    expect(seen.map(announce => [announce.port, announce.infoHashes.length])).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  it('does not report itself as a peer, but does report another one on the same machine', async () => {
    const sink = new RecordingSink()
    lsd.join(testTopic(), sink)
    await clock.advance(1000)
    expect(sink.peers).toEqual([])
    const twin = new LsdDiscovery({
      clock,
      random: seededRandom(6),
      openDatagram: network.host({ 4: '10.0.0.1' }),
    })
    twin.join(testTopic({ port: 7000 }), new RecordingSink())
    await clock.advance(1000)
    expect(sink.peers).toEqual([{ host: '10.0.0.1', port: 7000 }])
  })

  it('announces in both address families if the machine has them', async () => {
    const six: string[] = []
    const options = { family: 6, port: 6771, multicast: { group: GROUP6 } } as const
    const ear6 = await network.host({ 6: 'fd00::7' })(options)
    ear6.onMessage = bytes => six.push(latin1(bytes))
    lsd = create(network.host({ 4: '10.0.0.1', 6: 'fd00::1' }))
    lsd.join(testTopic(), new RecordingSink())
    await clock.advance(1000)
    expect(heard.length).toBe(1)
    expect(six.length).toBe(1)
    expect(six[0]).toContain('Host: [ff15::efc0:988f]:6771\r\n')
  })

  it('drops more than a hundred announces in a second, and listens again in the next', async () => {
    const sink = new RecordingSink()
    lsd.join(testTopic(), sink)
    await clock.advance(1000)
    const announce = (port: number) =>
      ear.send(
        fromLatin1(`BT-SEARCH * HTTP/1.1\r\nPort: ${port}\r\nInfohash: ${'aa'.repeat(20)}\r\n\r\n\r\n`),
        GROUP,
        6771,
      )
    for (let port = 1; port <= 5000; port++) announce(port)
    await clock.advance(500)
    expect(sink.peers.length).toBeLessThanOrEqual(100)
    await clock.advance(1000)
    announce(9999)
    await clock.advance(500)
    expect(sink.peers.at(-1)).toEqual({ host: '10.0.0.7', port: 9999 })
  })

  it('drops garbage', async () => {
    const sink = new RecordingSink()
    lsd.join(testTopic(), sink)
    await clock.advance(1000)
    for (const text of ['', 'x', 'BT-SEARCH * HTTP/1.1', 'x'.repeat(60_000)])
      ear.send(fromLatin1(text), GROUP, 6771)
    await clock.advance(1000)
    expect(sink.peers).toEqual([])
  })

  it('reports that multicast is not available, and works once it is', async () => {
    let works = false
    const open = network.host({ 4: '10.0.0.1' })
    lsd = create(async options => {
      if (!works) throw new Error('no interface')
      return open(options)
    })
    const sink = new RecordingSink()
    const membership = lsd.join(testTopic(), sink)
    await clock.advance(1000)
    expect(sink.statusCalls).toBe(1)
    expect(membership.status()).toMatchObject([{ kind: 'lsd', state: 'failed', message: 'no interface' }])
    works = true
    await clock.advance(30 * MINUTE)
    expect(membership.status()).toMatchObject([{ state: 'ok' }])
    expect(heard.length).toBeGreaterThan(0)
  })

  it('reopens its sockets from time to time, for new network interfaces', async () => {
    let opened = 0
    const open = network.host({ 4: '10.0.0.1' })
    lsd = create(options => {
      if (options.family === 4) opened++
      return open(options)
    })
    lsd.join(testTopic(), new RecordingSink())
    await clock.advance(60 * MINUTE)
    expect(opened).toBeGreaterThanOrEqual(3)
    expect(opened).toBeLessThanOrEqual(5)
    expect(heard.length).toBeGreaterThanOrEqual(10)
    await lsd.close()
    expect(clock.pending).toBe(0)
  })

  it('opens no sockets without torrents', async () => {
    let opened = 0
    lsd = create(async options => {
      opened++
      return network.host({ 4: '10.0.0.1' })(options)
    })
    await clock.advance(60 * MINUTE)
    await lsd.close()
    expect(opened).toBe(0)
    expect(() => lsd.join(testTopic(), new RecordingSink())).toThrow(
      expect.objectContaining({ code: 'closed' }),
    )
  })
})

it('finds another instance over real multicast', async () => {
  const found = Promise.withResolvers<void>()
  // Uses its own port and torrent, so as not to disturb programs in the same network.
  const port = 20_000 + systemRandom.below(20_000)
  const openDatagram: OpenDatagram = options =>
    systemDatagram({ ...options, port, multicast: { ...options.multicast!, ttl: 0 } })
  const infoHash = systemRandom.bytes(20)
  const toPort = (socket: DatagramSocket): DatagramSocket => {
    const send = socket.send.bind(socket)
    socket.send = (bytes, host, _port, onFailure) => send(bytes, host, port, onFailure)
    return socket
  }
  const create = () =>
    new LsdDiscovery({
      clock: systemClock,
      random: systemRandom,
      openDatagram: async options => toPort(await openDatagram(options)),
    })
  const [a, b] = [create(), create()]
  const seen: number[] = []
  a.join(testTopic({ infoHash, port: 0 }), {
    onStatus: () => {},
    onPeers: peers => {
      seen.push(...peers.map(peer => peer.port))
      found.resolve()
    },
  })
  b.join(testTopic({ infoHash, port: 4711 }), new RecordingSink())
  await found.promise
  expect(new Set(seen)).toEqual(new Set([4711]))
  await Promise.all([a.close(), b.close()])
})
