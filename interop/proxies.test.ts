/**
 * Real proxies, and a client whose packets are all captured: whatever it tries, they go only to the
 * proxy.
 */
import { limitMs } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTEMPTS, PEER } from './support/leak-attempts.ts'
import { WORLD } from './support/leak-network.ts'
import { cannotOpenProxies, PROXY_URLS, Proxies } from './support/strict-proxies.ts'

describe.skipIf(cannotOpenProxies)('behind a strict proxy', () => {
  let proxies: Proxies
  beforeAll(async () => {
    proxies = await Proxies.open()
  })
  afterAll(() => proxies?.[Symbol.asyncDispose]())

  for (const { what, completes, waitMs = 1500, run } of ATTEMPTS.filter(({ isMain }) => isMain))
    test(`${what} sends nothing past it`, async () => {
      const { result, proxied, leaked } = await proxies.captured(() =>
        proxies.attempt(PROXY_URLS.dante, run(proxies.leaks.places), completes ? limitMs(40) : waitMs),
      )
      expect(leaked).toEqual([])
      expect(result).toMatchObject({ done: completes, port: 0 })
      if (completes) expect(proxied).toBeGreaterThan(0)
    })

  test('what a preferred proxy does not carry is captured, so that a leak would be', async () => {
    const options = { dht: true, dhtNodes: [PEER], port: null }
    const way = { proxy: { url: PROXY_URLS.tinyproxy, mode: 'prefer' } }
    const { leaked } = await proxies.captured(() =>
      proxies.attempt(PROXY_URLS.tinyproxy, { way, options }, 1500),
    )
    expect(leaked).toContain(`udp 10.99.0.2 -> ${WORLD} port 6881`)
  })
})
