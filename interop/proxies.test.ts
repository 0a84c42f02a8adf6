/** Real proxies, and a client of which every packet is counted: whatever it tries, nothing goes anywhere but to the proxy. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TempDir, tempDir } from './support/files.ts'
import type { JsonLines } from './support/json-lines.ts'
import { cannotCreateLeakNetwork, LeakNetwork, PROXY, WORLD, WORLD6 } from './support/leak-network.ts'
import { type ManagedProcess, start } from './support/process.ts'
import { missing, toolPath } from './support/tools.ts'
import { until } from './support/wait.ts'

interface Places {
  readonly torrent: string
  readonly infoHash: string
  readonly trackerPort: number
  readonly tracker6Port: number
  readonly udpPort: number
  readonly webPort: number
}

interface Outcome {
  readonly done: boolean
  readonly port: number
  readonly reason: string | null
  readonly problems: readonly string[]
}

interface Attempt {
  readonly what: string
  /** Needs a relay of datagrams, or IPv6 behind the proxy. */
  readonly needs?: 'udp'
  /** Whether the download then completes. Otherwise nothing can, and it is only given time to leak. */
  readonly completes: boolean
  run(places: Places): object
}

const PEER = `${WORLD}:6881`

/** Attempts to provoke a packet to anything but the proxy. */
const ATTEMPTS: readonly Attempt[] = [
  {
    what: 'an HTTP tracker with a name',
    completes: true,
    run: ({ trackerPort }) => ({
      trackers: [`http://tracker.leak.test:${trackerPort}/announce`],
      peer: PEER,
    }),
  },
  {
    what: 'a UDP tracker with a name',
    completes: true,
    run: ({ udpPort }) => ({ trackers: [`udp://udp.leak.test:${udpPort}/announce`], peer: PEER }),
  },
  {
    what: 'a tracker over IPv6',
    completes: false,
    run: ({ tracker6Port }) => ({ trackers: [`http://[${WORLD6}]:${tracker6Port}/announce`] }),
  },
  {
    what: 'the bootstrap of the DHT',
    completes: false,
    run: () => ({ options: { dht: true, dhtNodes: ['node.leak.test:6881'] } }),
  },
  { what: 'local discovery', completes: false, run: () => ({ options: { lsd: true } }) },
  { what: 'port mapping', completes: false, run: () => ({ options: { portMapping: true } }) },
  {
    what: 'a WebRTC tracker',
    completes: false,
    run: ({ webPort }) => ({
      options: { webrtc: { iceServers: [{ urls: 'stun:udp.leak.test:3478' }] } },
      trackers: [`ws://web.leak.test:${webPort}/`],
    }),
  },
  {
    what: 'uTP and peers that exchange peers',
    completes: true,
    run: () => ({ options: { utp: true, pex: true }, peer: PEER }),
  },
  {
    what: 'a web seed that redirects',
    completes: true,
    run: ({ webPort }) => ({ webSeeds: [`http://web.leak.test:${webPort}/redirect/content.bin`] }),
  },
  {
    what: 'a magnet link that names a peer',
    completes: true,
    run: ({ infoHash }) => ({ magnet: `magnet:?xt=urn:btih:${infoHash}&x.pe=peer.leak.test:6881` }),
  },
]

describe.skipIf(cannotCreateLeakNetwork ?? missing('danted', 'tinyproxy', 'microsocks'))(
  'behind a strict proxy',
  () => {
    let network: LeakNetwork
    let dir: TempDir
    let world: JsonLines
    let client: JsonLines
    let places: Places
    const processes: ManagedProcess[] = []
    const proxies: Record<string, { url: string; start: () => Promise<ManagedProcess> }> = {}

    beforeAll(async () => {
      network = await LeakNetwork.create()
      dir = await tempDir('proxies')
      const names = ['tracker', 'udp', 'node', 'web', 'mirror', 'peer', 'feed'].map(
        name => `${name}.leak.test`,
      )
      await writeFile(dir.join('hosts'), `127.0.0.1 localhost\n${WORLD} ${names.join(' ')}\n`)
      network.inWorld('mount', '--bind', dir.join('hosts'), '/etc/hosts')
      const sides = await Promise.all([
        network.script('world', 'leak-world.ts'),
        network.script('client', 'leak-client.ts'),
      ])
      processes.push(...sides.map(({ process }) => process))
      ;[world, client] = sides.map(({ calls }) => calls) as [JsonLines, JsonLines]
      places = await world.call<Places>('places')
      const run = (tool: 'danted' | 'tinyproxy' | 'microsocks', ...args: string[]) =>
        start(tool, toolPath('nsenter'), [...network.enterWorld, toolPath(tool), ...args])
      const dante = [
        ...['logoutput: stderr', `internal: ${PROXY} port = 1080`, `external: ${WORLD}`],
        ...['clientmethod: none', 'socksmethod: none', 'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }'],
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate }',
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bindreply udpreply }',
      ]
      await writeFile(dir.join('dante'), dante.join('\n'))
      const tiny = [
        'User root',
        'Group root',
        'Port 8888',
        `Listen ${PROXY}`,
        'BasicAuth anna secret',
        'Timeout 60',
      ]
      await writeFile(dir.join('tiny'), tiny.join('\n'))
      proxies.dante = { url: `socks5://${PROXY}:1080`, start: () => run('danted', '-f', dir.join('dante')) }
      proxies.tinyproxy = {
        url: `http://anna:secret@${PROXY}:8888`,
        start: () => run('tinyproxy', '-d', '-c', dir.join('tiny')),
      }
      proxies.microsocks = {
        url: `socks5://anna:secret@${PROXY}:1081`,
        start: () => run('microsocks', '-i', PROXY, '-p', '1081', '-u', 'anna', '-P', 'secret'),
      }
      for (const { start } of Object.values(proxies)) processes.push(await start())
    }, 120_000)

    afterAll(async () => {
      await Promise.all(processes.map(process => process.stop()))
      await network?.[Symbol.asyncDispose]()
      await dir?.[Symbol.asyncDispose]()
    })

    const attempt = (proxy: string, given: object, waitMs: number) =>
      client.call<Outcome>('run', {
        ...{ proxy: proxies[proxy]!.url, torrent: places.torrent, options: {}, waitMs },
        ...given,
      })

    for (const proxy of ['dante', 'tinyproxy', 'microsocks'])
      for (const { what, completes, run } of proxy === 'dante'
        ? ATTEMPTS
        : ATTEMPTS.filter(({ completes }) => completes))
        test(`${proxy}: ${what} sends nothing past it`, { timeout: 60_000 }, async () => {
          const before = network.packets()
          const outcome = await attempt(proxy, run(places), completes ? 40_000 : 1500)
          const after = network.packets()
          expect(after.leaked - before.leaked).toBe(0)
          expect(outcome).toMatchObject({ done: completes, port: 0 })
          if (completes) expect(after.proxied).toBeGreaterThan(before.proxied)
        })

    test('what a preferred proxy does not carry is counted, so that a leak would be', {
      timeout: 60_000,
    }, async () => {
      const before = network.packets()
      const options = { dht: true, dhtNodes: [PEER], port: null }
      await attempt('tinyproxy', { mode: 'prefer', options }, 1500)
      expect(network.packets().leaked).toBeGreaterThan(before.leaked)
    })

    test('a feed sends nothing past it', { timeout: 60_000 }, async () => {
      const before = network.packets()
      const url = `http://feed.leak.test:${places.webPort}/feed.xml`
      expect(await client.call('feed', { proxy: proxies.dante!.url, url })).toBe(200)
      expect(network.packets().leaked).toBe(before.leaked)
    })

    test('nobody can connect to the client', { timeout: 60_000 }, async () => {
      const before = network.packets()
      await attempt('dante', { options: { port: 6881 } }, 500)
      expect(await client.call('accepts', { port: 6881 })).toBe(false)
      expect(network.packets().leaked).toBe(before.leaked)
    })

    test('a proxy that is killed stops the transfer, which says so and continues later', {
      timeout: 90_000,
    }, async () => {
      const before = network.packets()
      const own = await start('microsocks', toolPath('nsenter'), [
        ...network.enterWorld,
        ...[toolPath('microsocks'), '-i', PROXY, '-p', '1082'],
      ])
      const url = `socks5://${PROXY}:1082`
      const given = {
        ...{ proxy: url, torrent: places.torrent, peer: PEER, waitMs: 3000 },
        options: { limits: { downloadBytesPerSecond: 200_000 } },
      }
      expect(await client.call('run', given)).toMatchObject({ done: false, reason: null })
      await own.stop()
      let later: Outcome | null = null
      await until('the reason', async () => {
        later = await client.call<Outcome>('later', { waitMs: 500 })
        return later.reason === 'no-route'
      })
      expect(later!.problems).toEqual([expect.stringContaining(url)])
      processes.push(
        await start('microsocks', toolPath('nsenter'), [
          ...network.enterWorld,
          ...[toolPath('microsocks'), '-i', PROXY, '-p', '1082'],
        ]),
      )
      await client.call('limit', { bytesPerSecond: null })
      expect(await client.call('later', { waitMs: 40_000 })).toMatchObject({ done: true, problems: [] })
      expect(network.packets().leaked).toBe(before.leaked)
    })
  },
)
