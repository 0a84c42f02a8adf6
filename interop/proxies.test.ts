/** Real proxies, and a client of which every packet is captured: whatever it tries, nothing goes anywhere but to the proxy. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTEMPTS, type LeakWorld, type Outcome, openLeakWorld, PEER } from './support/leak-attempts.ts'
import { cannotCreateLeakNetwork, PROXY, WORLD } from './support/leak-network.ts'
import { describePacket } from './support/pcap.ts'
import { type ManagedProcess, start } from './support/process.ts'
import { missing, toolPath } from './support/tools.ts'
import { until } from './support/wait.ts'

const SHOAL = join(import.meta.dirname, '..', 'apps', 'node', 'src', 'shoal.ts')

describe.skipIf(cannotCreateLeakNetwork ?? missing('danted', 'tinyproxy', 'microsocks', 'openssl'))(
  'behind a strict proxy',
  () => {
    let leaks: LeakWorld
    const urls = {
      dante: `socks5://${PROXY}:1080`,
      tinyproxy: `http://anna:secret@${PROXY}:8888`,
      microsocks: `socks5://anna:secret@${PROXY}:1081`,
    }
    type Proxy = keyof typeof urls

    /** Starts a proxy, and waits until it accepts connections at its port. */
    async function run(
      tool: 'danted' | 'tinyproxy' | 'microsocks',
      port: number,
      ...args: string[]
    ): Promise<ManagedProcess> {
      const enter = [...leaks.network.enterWorld, toolPath(tool), ...args]
      const proxy = await start(tool, toolPath('nsenter'), enter)
      leaks.processes.push(proxy)
      await until(`${tool} to accept connections`, () =>
        leaks.world.call<boolean>('accepts', { host: PROXY, port }),
      )
      return proxy
    }

    beforeAll(async () => {
      leaks = await openLeakWorld()
      const { dir } = leaks
      const dante = [
        ...['logoutput: stderr', `internal: ${PROXY} port = 1080`, `external: ${WORLD}`],
        ...['clientmethod: none', 'socksmethod: none', 'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }'],
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate }',
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bindreply udpreply }',
      ]
      await writeFile(dir.join('dante'), dante.join('\n'))
      const tiny = ['User root', 'Group root', 'Port 8888', `Listen ${PROXY}`]
      await writeFile(dir.join('tiny'), [...tiny, 'BasicAuth anna secret', 'Timeout 60'].join('\n'))
      await run('danted', 1080, '-f', dir.join('dante'))
      await run('tinyproxy', 8888, '-d', '-c', dir.join('tiny'))
      await run('microsocks', 1081, '-i', PROXY, '-p', '1081', '-u', 'anna', '-P', 'secret')
    }, 120_000)

    afterAll(() => leaks?.[Symbol.asyncDispose]())

    const strict = (url: string) => ({ proxy: { url, mode: 'strict' } })

    const attempt = (url: string, given: object, waitMs: number) =>
      leaks.client.call<Outcome>('run', {
        ...{ way: strict(url), torrent: leaks.places.torrent, options: {}, waitMs },
        ...given,
      })

    /** Runs what tries to leak. Resolves to its result, how many packets went to the proxy, and what all others were. */
    async function captured<T>(what: () => Promise<T>) {
      const before = (await leaks.network.sent()).length
      const result = await what()
      const packets = await leaks.network.sentSince(before)
      const others = packets.filter(({ destination }) => destination !== PROXY)
      return {
        result,
        proxied: packets.length - others.length,
        leaked: [...new Set(others.map(describePacket))],
      }
    }

    for (const proxy of ['dante', 'tinyproxy', 'microsocks'] as const satisfies Proxy[])
      for (const { what, completes, waitMs = 1500, run } of proxy === 'microsocks'
        ? ATTEMPTS.filter(({ completes }) => completes)
        : ATTEMPTS)
        test(`${proxy}: ${what} sends nothing past it`, { timeout: 60_000 }, async () => {
          const { result, proxied, leaked } = await captured(() =>
            attempt(urls[proxy], run(leaks.places), completes ? 40_000 : waitMs),
          )
          expect(leaked).toEqual([])
          expect(result).toMatchObject({ done: completes, port: 0 })
          if (completes) expect(proxied).toBeGreaterThan(0)
        })

    test('what a preferred proxy does not carry is captured, so that a leak would be', {
      timeout: 60_000,
    }, async () => {
      const options = { dht: true, dhtNodes: [PEER], port: null }
      const way = { proxy: { url: urls.tinyproxy, mode: 'prefer' } }
      const { leaked } = await captured(() => attempt(urls.tinyproxy, { way, options }, 1500))
      expect(leaked).toContain(`udp 10.99.0.2 -> ${WORLD} port 6881`)
    })

    for (const proxy of ['dante', 'tinyproxy'] as const)
      test(`${proxy}: a preferred proxy carries WebSocket trackers with TLS`, {
        timeout: 60_000,
      }, async () => {
        const { securePort } = leaks.places
        const before = await leaks.world.call<{ sockets: number }>('seen')
        const way = { proxy: { url: urls[proxy], mode: 'prefer' } }
        const given = {
          way,
          trackers: [`wss://web.leak.test:${securePort}/`],
          options: { utp: false, port: null },
        }
        const { result, leaked } = await captured(() => attempt(urls[proxy], given, 3000))
        expect(result.sources).toContainEqual(expect.objectContaining({ kind: 'tracker', state: 'ok' }))
        expect((await leaks.world.call<{ sockets: number }>('seen')).sockets).toBe(before.sockets + 1)
        expect(leaked.filter(packet => packet.includes(`port ${securePort}`))).toEqual([])
      })

    test('a feed sends nothing past it', { timeout: 60_000 }, async () => {
      const url = `http://feed.leak.test:${leaks.places.webPort}/feed.xml`
      const { result, leaked } = await captured(() =>
        leaks.client.call('feed', { way: strict(urls.dante), url }),
      )
      expect(result).toBe(200)
      expect(leaked).toEqual([])
    })

    for (const proxy of ['dante', 'tinyproxy'] as const)
      test(`${proxy}: shoal get of a URL sends nothing past it`, { timeout: 90_000 }, async () => {
        await leaks.client.call('stop')
        const { network, places, dir, env } = leaks
        const url = `https://web.leak.test:${places.securePort}/content.torrent`
        const command = [
          'get',
          url,
          '--proxy',
          urls[proxy],
          '--proxy-mode',
          'strict',
          '--out',
          dir.join(`${proxy}-download`),
        ]
        const { result, leaked } = await captured(async () => {
          const args = [...network.enterClient, process.execPath, SHOAL, ...command]
          const child = await start('shoal get', toolPath('nsenter'), args, { env })
          return { code: await child.exited, output: child.output() }
        })
        expect(result.code, result.output).toBe(0)
        expect(leaked).toEqual([])
      })

    test('nobody can connect to the client', { timeout: 60_000 }, async () => {
      await attempt(urls.dante, { options: { port: 6881 } }, 500)
      expect(await leaks.client.call('accepts', { port: 6881 })).toBe(false)
      expect(await leaks.world.call('accepts', { host: '10.99.0.2', port: 6881 })).toBe(false)
    })

    test('a proxy that is killed stops the transfer, which says so and continues later', {
      timeout: 90_000,
    }, async () => {
      const { client, places } = leaks
      const microsocks = () => run('microsocks', 1082, '-i', PROXY, '-p', '1082')
      const { leaked } = await captured(async () => {
        const own = await microsocks()
        const url = `socks5://${PROXY}:1082`
        const given = {
          ...{ way: strict(url), torrent: places.torrent, peer: PEER, waitMs: 3000 },
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
        await microsocks()
        await client.call('limit', { bytesPerSecond: null })
        expect(await client.call('later', { waitMs: 40_000 })).toMatchObject({ done: true, problems: [] })
      })
      expect(leaked).toEqual([])
    })
  },
)
