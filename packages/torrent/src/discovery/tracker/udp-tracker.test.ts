import { beforeEach, describe, expect, it } from 'vitest'
import { concat, equalBytes, utf8 } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { OpenDatagram } from '../../transport/datagram.ts'
import { MemoryDatagramNetwork } from '../../transport/memory-datagram.ts'
import type { ResolvedAddress, ResolveHost } from '../../transport/resolve.ts'
import { UdpTrackerServer, u32, udpError } from './testing/udp-tracker-server.ts'
import type { AnnounceAnswer, AnnounceRequest } from './tracker.ts'
import { parseUdpUrl, UdpTracker } from './udp-tracker.ts'

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
const [CONNECT, ANNOUNCE, SCRAPE] = [0, 1, 2]
const V4: ResolvedAddress = { host: '10.0.0.1', family: 4 }
const V6: ResolvedAddress = { host: 'fd00::1', family: 6 }

describe('UDP trackers, in virtual time', () => {
  let clock: VirtualClock
  let network: MemoryDatagramNetwork
  let server: UdpTrackerServer
  let client: UdpTracker
  let addresses: ResolvedAddress[]
  const resolveHost: ResolveHost = async () => addresses

  function create(openDatagram: OpenDatagram = network.host({ 4: '10.0.0.2', 6: 'fd00::2' })): UdpTracker {
    return new UdpTracker({ clock, random: seededRandom(7), openDatagram, resolveHost })
  }

  beforeEach(async () => {
    clock = new VirtualClock()
    network = new MemoryDatagramNetwork({ clock, random: seededRandom(3) })
    addresses = [V4]
    server = await UdpTrackerServer.open(network.host({ 4: '10.0.0.1', 6: 'fd00::1' }), { port: 80, clock })
    client = create()
  })

  /** Resolves to the outcome after `ms`, or null if it is still pending. */
  async function after<T>(ms: number, work: Promise<T>): Promise<T | Error | null> {
    let outcome: T | Error | null = null
    work.then(
      value => {
        outcome = value
      },
      error => {
        outcome = error
      },
    )
    await clock.advance(ms)
    return outcome
  }

  const never = () => new AbortController().signal
  const announce = (url = 'udp://tracker:80', signal = never()) => client.announce(url, request, { signal })
  const scrape = (hashes: Uint8Array[]) => client.scrape('udp://tracker:80', hashes, { signal: never() })
  const code = (outcome: unknown) => (outcome as { code?: string } | null)?.code

  it('connects, announces and gets peers', async () => {
    expect(await after(100, announce())).toEqual({
      intervalMs: 1_800_000,
      seeds: 0,
      leeches: 1,
      peers: [{ host: '10.0.0.2', port: 6881 }],
    })
    expect(server.actions()).toEqual([CONNECT, ANNOUNCE])
  })

  it('uses a connection ID for a minute and then requests another', async () => {
    await after(30_000, announce())
    await after(20_000, announce())
    expect(server.actions()).toEqual([CONNECT, ANNOUNCE, ANNOUNCE])
    await after(20_000, announce())
    expect(server.actions()).toEqual([CONNECT, ANNOUNCE, ANNOUNCE, ANNOUNCE])
    await clock.advance(1000)
    await after(1000, announce())
    expect(server.actions().slice(4)).toEqual([CONNECT, ANNOUNCE])
  })

  it('shares one connect request between concurrent announces', async () => {
    const many = await after(100, Promise.all([announce(), announce(), scrape([request.infoHash])]))
    expect(many).not.toBeInstanceOf(Error)
    expect(server.actions().filter(action => action === CONNECT).length).toBe(1)
  })

  it('connects again when the tracker was restarted', async () => {
    await after(100, announce())
    server.connectionId.fill(9)
    expect(await after(100, announce())).toMatchObject({ leeches: 1 })
    expect(server.actions().slice(2)).toEqual([ANNOUNCE, CONNECT, ANNOUNCE])
  })

  it('retransmits after 15 and 30 seconds, with a new connection ID if the old one has expired', async () => {
    server.instead = () => null
    const outcome = after(200_000, announce())
    expect(code(await outcome)).toBe('timeout')
    expect(server.seen.map(seen => seen.atMs)).toEqual([10, 15_010, 45_010, 75_010])
    server.seen.length = 0
    server.instead = seen => (seen.action === ANNOUNCE ? null : undefined)
    await after(200_000, announce())
    expect(server.actions()).toEqual([CONNECT, ANNOUNCE, ANNOUNCE, ANNOUNCE, CONNECT, ANNOUNCE])
  })

  it('works over a network that loses every fifth datagram', async () => {
    network = new MemoryDatagramNetwork({ clock, random: seededRandom(11), loss: 0.2 })
    server = await UdpTrackerServer.open(network.host({ 4: '10.0.0.1' }), { port: 80, clock })
    client = create()
    const outcomes: unknown[] = []
    for (let i = 0; i < 20; i++) outcomes.push(await after(110_000, announce()))
    expect(outcomes.filter(outcome => !(outcome instanceof Error)).length).toBeGreaterThanOrEqual(18)
    expect(outcomes).not.toContain(null)
  })

  it('announces over both address families of a host and merges the responses', async () => {
    addresses = [V6, { host: 'fd00::99', family: 6 }, V4]
    const six = await UdpTrackerServer.open(network.host({ 6: 'fd00::1' }), { family: 6, port: 80 })
    const outcome = (await after(100, announce())) as AnnounceAnswer
    expect(outcome.peers.map(peer => peer.host).sort()).toEqual(['10.0.0.2', 'fd00::2'])
    expect(six.actions()).toEqual([CONNECT, ANNOUNCE])
    const [key4, key6] = [server, six].map(tracker => tracker.seen[1]!.bytes.slice(88, 92))
    expect(key4).toEqual(key6)
  })

  it('does not wait long for a broken address family', async () => {
    addresses = [V6, V4]
    expect(await after(5000, announce())).toBeNull()
    expect(await after(100, announce())).toBeNull()
    await clock.advance(5000)
    expect(await after(5100, announce())).toMatchObject({ peers: [{ host: '10.0.0.2', port: 6881 }] })
  })

  it('does without an address family that the machine lacks', async () => {
    addresses = [V6, V4]
    client = create(network.host({ 4: '10.0.0.2' }))
    expect(await after(100, announce())).toMatchObject({ leeches: 1 })
    addresses = [V6]
    expect(code(await after(100, announce()))).toBe('unsupported')
  })

  it('sends the path and query of the URL (BEP 41)', async () => {
    await after(100, announce('udp://tracker:80/announce?pass=x'))
    expect(server.seen[1]!.bytes.subarray(100)).toEqual(utf8('/announce?pass=x'))
    await after(100, announce('udp://tracker:80/'))
    expect(server.seen[2]!.bytes.length).toBe(98)
  })

  it('reports the tracker’s own message when it refuses', async () => {
    server.instead = (seen, transaction) =>
      seen.action === ANNOUNCE ? udpError(transaction, 'torrent not registered') : undefined
    const outcome = await after(100, announce())
    expect(outcome).toMatchObject({ code: 'refused', message: 'torrent not registered' })
  })

  it('drops responses to other requests, from elsewhere, of other kinds, and short ones', async () => {
    const liar = await network.host({ 4: '10.0.0.3' })({ family: 4, port: 80 })
    const other = await network.host({ 4: '10.0.0.1' })({ family: 4, port: 81 })
    server.instead = (seen, transaction) => {
      const forged = concat([u32(seen.action), transaction, new Uint8Array(40)])
      const client = { host: '10.0.0.2', port: network.openPorts('10.0.0.2')[0]! }
      liar.send(forged, client.host, client.port)
      other.send(forged, client.host, client.port)
      if (seen.action === CONNECT) return undefined
      const wrongTransaction = concat([u32(1), u32(1), new Uint8Array(40)])
      const wrongAction = concat([u32(2), transaction, new Uint8Array(40)])
      for (const bytes of [wrongTransaction, wrongAction, transaction, new Uint8Array(0)]) {
        liar.send(bytes, client.host, client.port)
      }
      return wrongAction
    }
    expect(code(await after(200_000, announce()))).toBe('timeout')
  })

  it('reports a response that is too short', async () => {
    server.instead = (seen, transaction) =>
      seen.action === ANNOUNCE ? concat([u32(1), transaction]) : undefined
    expect(code(await after(100, announce()))).toBe('bad-message')
    server.instead = (_seen, transaction) => concat([u32(0), transaction])
    await clock.advance(60_000)
    expect(code(await after(100, announce()))).toBe('bad-message')
  })

  it('scrapes any number of torrents in batches', async () => {
    await after(100, announce())
    const hashes = Array.from({ length: 130 }, (_, i): Uint8Array => new Uint8Array(20).fill(i))
    hashes[100] = request.infoHash
    const entries = (await after(1000, scrape(hashes))) as unknown[]
    expect(entries.length).toBe(130)
    expect(entries[100]).toEqual({ seeds: 0, leeches: 1, downloads: 7 })
    expect(server.actions().filter(action => action === SCRAPE).length).toBe(3)
    expect(server.seen.every(seen => seen.bytes.length <= 1232)).toBe(true)
  })

  it('stops at once when aborted or closed, and keeps no timer', async () => {
    server.instead = () => null
    const cancel = new AbortController()
    const cancelled = announce('udp://tracker:80', cancel.signal)
    const open = announce()
    await clock.advance(100)
    cancel.abort(new Error('enough'))
    expect(await after(0, cancelled)).toMatchObject({ message: 'enough' })
    const closing = client.close()
    expect(code(await after(0, open))).toBe('closed')
    await closing
    expect(clock.pending).toBe(0)
    expect(code(await after(0, announce()))).toBe('closed')
  })

  it('tries again to open its socket at the next announce', async () => {
    let works = false
    const open = network.host({ 4: '10.0.0.2' })
    client = create(async options => {
      if (!works) throw new Error('no network yet')
      return open(options)
    })
    expect(code(await after(100, announce()))).toBe('unsupported')
    works = true
    expect(await after(100, announce())).toMatchObject({ leeches: 1 })
  })

  it('uses transaction IDs that cannot be guessed from one another', async () => {
    for (let i = 0; i < 5; i++) await after(100, announce())
    const ids = server.seen.map(seen => seen.bytes.slice(12, 16))
    expect(ids.some((id, i) => i > 0 && equalBytes(id, ids[i - 1]!))).toBe(false)
    expect(new Set(ids.map(id => id[0])).size).toBeGreaterThan(2)
  })
})

describe('UDP tracker URLs', () => {
  it.each([
    ['udp://t.example:80', 't.example', 80, ''],
    ['udp://t.example:80/', 't.example', 80, ''],
    ['udp://t.example:80/announce', 't.example', 80, '/announce'],
    ['udp://t.example:80/?a=b#c', 't.example', 80, '/?a=b'],
    ['udp://[fd00::1]:1337/announce', '[fd00::1]', 1337, '/announce'],
  ])('are parsed from %s', (url, host, port, urlData) => {
    expect(parseUdpUrl(url)).toEqual({ host, port, urlData })
  })

  it.each(['udp://t.example', 'udp://:80', 'http://t.example:80', 'udp:t', 'udp://t:0', 'nonsense'])(
    'are not parsed from %s',
    url => {
      expect(() => parseUdpUrl(url)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
    },
  )
})
