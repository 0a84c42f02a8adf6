/**
 * Possible leaks past a strict proxy, with three real ones. proxies.test.ts has the main cases with
 * Dante.
 */
import { join } from 'node:path'
import { limitMs, until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTEMPTS, type Outcome, PEER } from './support/leak-attempts.ts'
import { PROXY } from './support/leak-network.ts'
import { start } from './support/process.ts'
import { cannotOpenProxies, PROXY_URLS, Proxies, strictly } from './support/strict-proxies.ts'
import { toolPath } from './support/tools.ts'

const SHOAL = join(import.meta.dirname, '..', 'apps', 'node', 'src', 'shoal.ts')

function attemptsWith(proxy: keyof typeof PROXY_URLS) {
  if (proxy === 'dante') return ATTEMPTS.filter(({ isMain }) => !isMain)
  return proxy === 'microsocks' ? ATTEMPTS.filter(({ completes }) => completes) : ATTEMPTS
}

describe.skipIf(cannotOpenProxies)('behind a strict proxy', () => {
  let proxies: Proxies
  beforeAll(async () => {
    proxies = await Proxies.open()
  })
  afterAll(() => proxies?.[Symbol.asyncDispose]())

  for (const proxy of ['dante', 'tinyproxy', 'microsocks'] as const)
    for (const { what, completes, waitMs = 1500, run } of attemptsWith(proxy))
      test(`${proxy}: ${what} sends nothing past it`, async () => {
        const { result, proxied, leaked } = await proxies.captured(() =>
          proxies.attempt(PROXY_URLS[proxy], run(proxies.leaks.places), completes ? limitMs(40) : waitMs),
        )
        expect(leaked).toEqual([])
        expect(result).toMatchObject({ done: completes, port: 0 })
        if (completes) expect(proxied).toBeGreaterThan(0)
      })

  for (const proxy of ['dante', 'tinyproxy'] as const)
    test(`${proxy}: a preferred proxy carries WebSocket trackers with TLS`, async () => {
      const { securePort } = proxies.leaks.places
      const before = await proxies.leaks.world.call<{ sockets: number }>('seen')
      const way = { proxy: { url: PROXY_URLS[proxy], mode: 'prefer' } }
      const given = {
        way,
        trackers: [`wss://web.leak.test:${securePort}/`],
        options: { utp: false, port: null },
      }
      const { result, leaked } = await proxies.captured(() => proxies.attempt(PROXY_URLS[proxy], given, 3000))
      expect(result.sources).toContainEqual(expect.objectContaining({ kind: 'tracker', state: 'ok' }))
      expect((await proxies.leaks.world.call<{ sockets: number }>('seen')).sockets).toBe(before.sockets + 1)
      expect(leaked.filter(packet => packet.includes(`port ${securePort}`))).toEqual([])
    })

  test('a feed sends nothing past it', async () => {
    const url = `http://feed.leak.test:${proxies.leaks.places.webPort}/feed.xml`
    const { result, leaked } = await proxies.captured(() =>
      proxies.leaks.client.call('feed', { way: strictly(PROXY_URLS.dante), url }),
    )
    expect(result).toBe(200)
    expect(leaked).toEqual([])
  })

  for (const proxy of ['dante', 'tinyproxy'] as const)
    test(`${proxy}: shoal get of a URL sends nothing past it`, async () => {
      await proxies.leaks.client.call('stop')
      const { network, places, dir, env } = proxies.leaks
      const url = `https://web.leak.test:${places.securePort}/content.torrent`
      const command = [
        'get',
        url,
        '--proxy',
        PROXY_URLS[proxy],
        '--proxy-mode',
        'strict',
        '--out',
        dir.join(`${proxy}-download`),
      ]
      const { result, leaked } = await proxies.captured(async () => {
        const args = [...network.enterClient, process.execPath, SHOAL, ...command]
        const child = await start('shoal get', toolPath('nsenter'), args, { env })
        return { code: await child.exited, output: child.output() }
      })
      expect(result.code, result.output).toBe(0)
      expect(leaked).toEqual([])
    })

  test('nobody can connect to the client', async () => {
    await proxies.attempt(PROXY_URLS.dante, { options: { port: 6881 } }, 500)
    expect(await proxies.leaks.client.call('accepts', { port: 6881 })).toBe(false)
    expect(await proxies.leaks.world.call('accepts', { host: '10.99.0.2', port: 6881 })).toBe(false)
  })

  test('a proxy that is killed stops the transfer, which says so and continues later', async () => {
    const { client, places } = proxies.leaks
    const microsocks = () => proxies.start('microsocks', 1082, '-i', PROXY, '-p', '1082')
    const { leaked } = await proxies.captured(async () => {
      const own = await microsocks()
      const url = `socks5://${PROXY}:1082`
      const given = {
        ...{ way: strictly(url), torrent: places.torrent, peer: PEER, waitMs: 3000 },
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
      expect(await client.call('later', { waitMs: limitMs(40) })).toMatchObject({ done: true, problems: [] })
    })
    expect(leaked).toEqual([])
  })
})
