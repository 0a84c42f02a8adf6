/**
 * A client that is bound to a tunnel although there is a better route: whatever it tries, no packet
 * takes that route.
 */
import { join } from 'node:path'
import { limitMs, until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTEMPTS, type LeakWorld, type Outcome, openLeakWorld, PEER } from './support/leak-attempts.ts'
import { cannotCreateLeakNetwork, TUNNEL, TUNNEL_ADDRESS, TUNNEL_END } from './support/leak-network.ts'
import { describePacket } from './support/pcap.ts'
import { start } from './support/process.ts'
import { missing, toolPath } from './support/tools.ts'

const SHOAL = join(import.meta.dirname, '..', 'apps', 'node', 'src', 'shoal.ts')
const DNS = [TUNNEL_END]
const BOUND = { interface: { name: TUNNEL, dnsServers: DNS } }

describe.skipIf(cannotCreateLeakNetwork ?? missing('openssl'))('bound to a network interface', () => {
  let leaks: LeakWorld

  beforeAll(async () => {
    leaks = await openLeakWorld()
    leaks.network.openTunnel()
  })

  afterAll(() => leaks?.[Symbol.asyncDispose]())

  const attempt = (given: object, waitMs: number) =>
    leaks.client.call<Outcome>('run', {
      ...{ way: BOUND, torrent: leaks.places.torrent, options: {}, waitMs },
      ...given,
    })

  /**
   * Runs a possible leak. Resolves to its result, the number of packets through the tunnel, and all
   * others.
   */
  async function captured<T>(what: () => Promise<T>) {
    const { network } = leaks
    const before = (await network.sent()).length
    const cable = network.indexOf('cable')
    const result = await what()
    const packets = await network.sentSince(before)
    // The tunnel may have come back with another index.
    const others = packets.filter(({ interfaceIndex }) => interfaceIndex === cable)
    return {
      result,
      tunneled: packets.length - others.length,
      leaked: [...new Set(others.map(describePacket))],
    }
  }

  for (const { what, completes, waitMs = 1500, run } of ATTEMPTS)
    test(`${what} sends nothing past it`, async () => {
      const { result, tunneled, leaked } = await captured(() =>
        attempt(run(leaks.places), completes ? limitMs(40) : waitMs),
      )
      expect(leaked).toEqual([])
      expect(result).toMatchObject({ done: completes, port: 6881, problems: [] })
      if (completes || /DHT|discovery|mapping|IPv6/.test(what)) expect(tunneled).toBeGreaterThan(0)
      if (what.includes('from peer exchange'))
        expect(await leaks.world.call('seen')).toMatchObject({ friends: 2 })
    })

  test('without the binding the same would leave by the other way', async () => {
    const { result, leaked } = await captured(() => attempt({ way: {}, peer: PEER }, limitMs(40)))
    expect(result.done).toBe(true)
    expect(leaked).toContain(`tcp 10.99.0.2 -> 10.99.1.1 port 6881`)
  })

  test('an address of the interface binds to it as well', async () => {
    const way = { interface: { name: TUNNEL_ADDRESS, dnsServers: DNS } }
    const { trackerPort } = leaks.places
    const trackers = [`http://tracker.leak.test:${trackerPort}/announce`]
    const { result, leaked } = await captured(() => attempt({ way, trackers, peer: PEER }, limitMs(40)))
    expect(result.done).toBe(true)
    expect(leaked).toEqual([])
  })

  test('others connect through it, and not by the other way', async () => {
    const { result } = await captured(() => attempt({ options: { port: 6881 } }, 500))
    expect(result.port).toBe(6881)
    expect(await leaks.world.call('accepts', { host: TUNNEL_ADDRESS, port: 6881 })).toBe(true)
    expect(await leaks.world.call('accepts', { host: '10.99.0.2', port: 6881 })).toBe(false)
  })

  test('a feed, and shoal get of a URL, send nothing past it', async () => {
    await leaks.client.call('stop')
    const { network, places, dir, env, client } = leaks
    const feed = `http://feed.leak.test:${places.webPort}/feed.xml`
    const url = `https://web.leak.test:${places.securePort}/content.torrent`
    const command = ['get', url, '--interface', TUNNEL, '--dns-server', TUNNEL_END, '--out', dir.join('got')]
    const { leaked, tunneled } = await captured(async () => {
      expect(await client.call('feed', { way: BOUND, url: feed })).toBe(200)
      const args = [...network.enterClient, process.execPath, SHOAL, ...command]
      const child = await start('shoal get', toolPath('nsenter'), args, { env })
      expect(await child.exited, child.output()).toBe(0)
    })
    expect(leaked).toEqual([])
    expect(tunneled).toBeGreaterThan(0)
  })

  for (const utp of [false, true])
    test(`a tunnel that goes stops the transfer over ${utp ? 'uTP' : 'TCP'}, which says so and continues when it is back`, async () => {
      const { client, network } = leaks
      const options = { utp, limits: { downloadBytesPerSecond: 200_000 } }
      const { leaked } = await captured(async () => {
        expect(await attempt({ options, peer: PEER }, 3000)).toMatchObject({ done: false, reason: null })
        network.closeTunnel()
        let later: Outcome | null = null
        await until('the reason', async () => {
          later = await client.call<Outcome>('later', { waitMs: 300 })
          return later.reason === 'no-route'
        })
        expect(later!.problems).toEqual([
          expect.stringContaining(`the network interface ${TUNNEL} is missing`),
        ])
        await leaks.world.call('disconnect')
        network.openTunnel()
        await client.call('limit', { bytesPerSecond: null })
        expect(await client.call('later', { waitMs: limitMs(50) })).toMatchObject({
          done: true,
          problems: [],
        })
        expect(await leaks.world.call('accepts', { host: TUNNEL_ADDRESS, port: 6881 })).toBe(true)
      })
      expect(leaked).toEqual([])
    })

  test('a session that starts before its tunnel waits for it', async () => {
    const { client, network } = leaks
    network.closeTunnel()
    await leaks.world.call('disconnect')
    const { leaked } = await captured(async () => {
      const early = await attempt({ peer: PEER }, 1500)
      expect(early).toMatchObject({ done: false, port: 6881, reason: 'no-route' })
      network.openTunnel()
      expect(await client.call('later', { waitMs: limitMs(50) })).toMatchObject({ done: true, problems: [] })
      expect(await leaks.world.call('accepts', { host: TUNNEL_ADDRESS, port: 6881 })).toBe(true)
    })
    expect(leaked).toEqual([])
  })
})
