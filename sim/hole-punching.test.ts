/** Peers behind NATs that connect through a third one (BEP 55), in virtual time. */
import { afterEach, describe, expect, it } from 'vitest'
import { compareBytes } from '../packages/torrent/src/base/bytes.ts'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { LINKS, NATS } from './scenarios.ts'
import { type Host, World } from './support/world.ts'

type NatKind = keyof typeof NATS

let world: World
afterEach(() => world?.close())

/**
 * A seed and a leech behind separate NATs, and a relay without data. They only know the relay. The
 * seed ignores peer exchange, since both would connect without help if they dialed each other at
 * the same time.
 */
async function meet(nats: readonly [NatKind, NatKind], transport: 'utp' | 'both' = 'utp', seed = 1) {
  world = new World(await testTorrent({ pieces: 8 }), seed)
  const link = LINKS.home
  const relay = await world.join({ link, transport, add: { select: [] } })
  const peers = [relay.address]
  const behind = (kind: NatKind, isSeed: boolean) =>
    world.join({
      link,
      transport,
      seed: isSeed,
      nat: world.nat(NATS[kind]),
      peers,
      session: { pex: !isSeed },
    })
  const [source, leech] = [await behind(nats[0], true), await behind(nats[1], false)]
  return { relay, source, leech }
}

const punched = ({ torrent }: Host) => torrent.peers().filter(({ holePunched }) => holePunched)
const linesOf = (host: Host) => world.log.filter(line => line.includes(` ${host.ip} no hole to`))

describe('hole punching', () => {
  it.each<[NatKind, NatKind, 'utp' | 'both']>([
    ['restricted', 'restricted', 'utp'],
    ['portRestricted', 'portRestricted', 'utp'],
    ['portRestricted', 'portRestricted', 'both'],
    ['restricted', 'portRestricted', 'utp'],
    ['restricted', 'symmetric', 'utp'],
  ])(
    'joins a seed behind a NAT that is %s to a leech whose NAT is %s, over %s',
    async (one, two, transport) => {
      const { relay, source, leech } = await meet([one, two], transport)
      const through: number[] = []
      leech.torrent.on('piece', () => through.push(punched(leech).length))
      await world.until('completion', () => leech.completeMs !== null, 90_000)
      // The last piece ends the connection, since seeds have no use for each other.
      expect(through.slice(0, -1)).toEqual(Array(7).fill(1))
      expect(relay.torrent.stats.uploadedBytes).toBe(0)
      expect(source.torrent.stats.uploadedBytes).toBeGreaterThanOrEqual(world.torrent.content.length)
    },
  )

  it('is not needed where a NAT lets everybody in', async () => {
    const { leech } = await meet(['fullCone', 'fullCone'])
    await world.until('completion', () => leech.completeMs !== null, 60_000)
    expect(world.log.filter(line => line.includes('no hole'))).toEqual([])
  })

  it.each<[NatKind, NatKind]>([
    ['symmetric', 'symmetric'],
    ['portRestricted', 'symmetric'],
  ])('fails between NATs that are %s and %s, and says so', async (one, two) => {
    const { leech } = await meet([one, two])
    await world.until('the failure is in the log', () => linesOf(leech).length > 0, 90_000)
    expect(linesOf(leech)[0]).toMatch(
      /no hole to 81\.0\.0\.1:\d+ through 80\.0\.0\.1:6881: .* does not answer over uTP/,
    )
    await world.clock.advance(120_000)
    expect(leech.torrent.stats.progress).toBe(0)
  })

  it.each(Array.from({ length: 12 }, (_, i) => i))(
    'leaves both ends with the same connection if both dials succeed (seed %s)',
    async seed => {
      const { source, leech, relay } = await meet(['portRestricted', 'portRestricted'], 'utp', seed)
      source.session.setLimits({ uploadBytesPerSecond: 1000 })
      await world.until(
        'both are connected',
        () => punched(source).length > 0 && punched(leech).length > 0,
        60_000,
      )
      await world.clock.advance(5000)
      const [[a, ...more], [b, ...others]] = [punched(source), punched(leech)]
      expect([more, others]).toEqual([[], []])
      // Both had opened a connection: that of the client with the lower ID is kept.
      const isSourceLower = compareBytes(b!.peerId!, a!.peerId!) < 0
      expect([a!.incoming, b!.incoming]).toEqual([!isSourceLower, isSourceLower])
      const connectedMs = Math.min(a!.connectedMs, b!.connectedMs)
      await world.clock.advance(30_000)
      expect(punched(source)[0]!.connectedMs).toBeGreaterThanOrEqual(connectedMs + 30_000)
      expect(relay.torrent.peers().map(({ holePunched }) => holePunched)).toEqual([false, false])
      expect(source.session.stats.isReachable).toBe(false)
      expect(leech.session.stats.isReachable).toBe(false)
      expect(relay.session.stats.isReachable).toBe(true)
    },
  )
})
