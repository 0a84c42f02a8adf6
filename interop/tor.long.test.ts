/**
 * A strict proxy that is tor, in a private network: names and peers go through its circuits, and
 * nothing bypasses them.
 */
import { join } from 'node:path'
import type { Health, PeerReach } from '@shoal/api'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TempDir, tempDir } from './support/files.ts'
import { type LeakWorld, type Outcome, openLeakWorld, PEER } from './support/leak-attempts.ts'
import { cannotCreateLeakNetwork, PROXY, WORLD } from './support/leak-network.ts'
import { describePacket } from './support/pcap.ts'
import { start } from './support/process.ts'
import { missing, toolPath } from './support/tools.ts'
import { startTor, type TorNetwork } from './support/tor.ts'

const SHOAL = join(import.meta.dirname, '..', 'apps', 'node', 'src', 'shoal.ts')
const SOCKS_PORT = 9050

describe.skipIf(cannotCreateLeakNetwork ?? missing('tor', 'tor-gencert', 'openssl'))('behind tor', () => {
  let leaks: LeakWorld
  let dir: TempDir
  let tor: TorNetwork

  beforeAll(async () => {
    leaks = await openLeakWorld()
    dir = await tempDir('tor')
    tor = await startTor({
      dir,
      within: [toolPath('nsenter'), ...leaks.network.enterWorld],
      socks: `${PROXY}:${SOCKS_PORT}`,
      nameServer: WORLD,
    })
  })

  afterAll(async () => {
    await tor?.[Symbol.asyncDispose]()
    await leaks?.[Symbol.asyncDispose]()
    await dir?.[Symbol.asyncDispose]()
  })

  const urlOf = (user: string) => `socks5://${user}:secret@${PROXY}:${SOCKS_PORT}`

  const attempt = (user: string, given: object) =>
    leaks.client.call<Outcome>('run', {
      ...{ way: { proxy: { url: urlOf(user), mode: 'strict' } }, torrent: leaks.places.torrent },
      ...{ options: {}, waitMs: 40_000, ...given },
    })

  /** Runs a possible leak. Resolves to its result, and what was sent past the SOCKS port. */
  async function captured<T>(what: () => Promise<T>) {
    const before = (await leaks.network.sent()).length
    const result = await what()
    const packets = await leaks.network.sentSince(before)
    const proxied = packets.filter(
      ({ protocol, destination, destinationPort }) =>
        protocol === 'tcp' && destination === PROXY && destinationPort === SOCKS_PORT,
    )
    const others = packets.filter(packet => !proxied.includes(packet))
    return { result, proxied: proxied.length, leaked: [...new Set(others.map(describePacket))] }
  }

  /** Returns the circuits built for a user name, as the names of their relays. */
  async function circuitsOf(user: string): Promise<string[][]> {
    const lines = await tor.ask('GETINFO circuit-status')
    return lines
      .filter(line => line.includes(' BUILT ') && line.includes(`SOCKS_USERNAME="${user}"`))
      .map(line => [...line.matchAll(/~(\w+)/g)].map(([, name]) => name!))
  }

  test('a torrent arrives from a seed that a tracker names, both reached through circuits of the user name', async () => {
    const trackers = [`http://tracker.leak.test:${leaks.places.webPort}/announce`]
    for (const user of ['anna', 'otto']) {
      const { result, proxied, leaked } = await captured(() => attempt(user, { trackers }))
      expect(result).toMatchObject({ done: true, port: 0, reason: null, problems: [] })
      expect(result.sources).toContainEqual(expect.objectContaining({ kind: 'tracker', state: 'ok' }))
      expect(leaked).toEqual([])
      expect(proxied).toBeGreaterThan(0)
    }
    for (const user of ['anna', 'otto']) {
      const circuits = await circuitsOf(user)
      expect(circuits).not.toEqual([])
      for (const relays of circuits) expect(new Set(relays).size).toBe(3)
    }
    expect(await circuitsOf('nobody')).toEqual([])
  })

  test('a web seed with TLS, and the URL of a torrent', async () => {
    const { securePort, webPort } = leaks.places
    const ways = [
      { webSeeds: [`http://web.leak.test:${webPort}/redirect/content.bin`] },
      { source: `https://web.leak.test:${securePort}/content.torrent` },
    ]
    for (const way of ways) {
      const { result, leaked } = await captured(() => attempt('anna', way))
      expect(result).toMatchObject({ done: true })
      expect(leaked).toEqual([])
    }
  })

  test('UDP stays off, and trackers say why', async () => {
    const trackers = [`udp://udp.leak.test:${leaks.places.udpPort}/announce`]
    const options = { dht: true, dhtNodes: [PEER], utp: true, lsd: true, portMapping: true }
    const { result, leaked } = await captured(() => attempt('anna', { trackers, options, waitMs: 4000 }))
    expect(leaked).toEqual([])
    expect(result).toMatchObject({ done: false, problems: [] })
    expect(result.sources).toContainEqual({
      ...{ kind: 'tracker', state: 'failed' },
      message: expect.stringContaining('the proxy carries no datagrams (UDP ASSOCIATE)'),
    })
  })

  test('a node says in its health that UDP is off', async () => {
    const places = ['--data-dir', dir.join('data')]
    const env = { HOME: dir.path, SHOAL_STATE: dir.join('state') }
    const within = [toolPath('nsenter'), ...leaks.network.enterClient]
    const run = (...words: string[]) =>
      start('shoal', process.execPath, [SHOAL, ...words, ...places], { env, within })
    const health = async (...more: string[]) => {
      const child = await run('health', ...more)
      return { code: await child.exited, output: child.output() }
    }
    const { leaked } = await captured(async () => {
      const way = ['--proxy', urlOf('anna'), '--proxy-mode', 'strict', '--no-webrtc']
      const node = await run('start', '--port', '0', '--dir', dir.join('downloads'), ...way)
      try {
        await until('the node knows', async () => {
          const { reach, status } = JSON.parse((await health('--json')).output) as Health & {
            reach: PeerReach
          }
          return status === 'ok' && reach.reason === 'strict-proxy-without-udp'
        })
        expect(await health()).toMatchObject({
          code: 0,
          output: expect.stringContaining(
            'This proxy relays no UDP, so the DHT, uTP and UDP trackers are off.',
          ),
        })
      } finally {
        await node.stop()
      }
    })
    expect(leaked).toEqual([])
  })
})
