/**
 * Share pages in Chromium and Firefox, whose tracker is a hub of two processes behind HAProxy with
 * TLS.
 */
import { limitMs, until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { randomFile, tempDir } from './support/files.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { HaProxy } from './support/haproxy.ts'
import { HubProcess } from './support/hub.ts'
import { PageSite } from './support/page-site.ts'
import { RedisServer } from './support/redis.ts'
import { choose, getLink } from './support/share-form.ts'
import { missing } from './support/tools.ts'

const NEEDED = ['chromium-headless-shell', 'firefox-esr', 'redis-server', 'haproxy', 'openssl'] as const

describe.skipIf(missing(...NEEDED))('pages behind HAProxy with TLS', () => {
  test(
    'find each other again when a process of the hub is killed, and when one stops',
    async () => {
      await using dir = await tempDir('page')
      await using redis = await RedisServer.start()
      const args = ['--redis', redis.url, '--trusted-proxy', '127.0.0.1']
      await using first = await HubProcess.start(args)
      await using second = await HubProcess.start(args)
      await using proxy = await HaProxy.start([first.port, second.port])
      await using site = await PageSite.start()
      await site.stopTracker()
      site.config = { trackers: [`wss://127.0.0.1:${proxy.port}/announce`] }
      // The certificate is the test's own.
      await using chromium = await Browser.launch({ args: ['--ignore-certificate-errors'] })
      await using firefox = await launchFirefox({}, { acceptInsecureCerts: true })
      const { path } = await randomFile(dir.join('harbour.bin'), 1_000_000)
      const { page: sender } = await chromium.open(site.url, {
        serviceWorkers: 'block',
        ignoreHTTPSErrors: true,
      })
      await choose(sender, path)
      const link = await getLink(sender)
      const pagesOf = async (hub: HubProcess) => (await hub.stats()).peers.web
      await until('both processes know the sender', async () => {
        return (await pagesOf(first)) > 0 && (await pagesOf(second)) > 0
      })

      first.process.child.kill('SIGKILL')
      await first.process.exited
      const inChromium = await chromium.open(link, { serviceWorkers: 'block', ignoreHTTPSErrors: true })
      await inChromium.page.getByRole('button', { name: /^Download/ }).click()
      await inChromium.page.getByText('Complete and verified').waitFor()
      await inChromium.page.close()

      await using third = await HubProcess.start([...args, '--port', String(first.port)])
      second.process.child.kill('SIGTERM')
      expect(await second.process.exited).toBe(0)
      await until(
        'the sender is at the new process',
        async () => (await third.stats()).connections.webSocket > 0,
      )
      const inFirefox = await firefox.open(link)
      await click(inFirefox, 'Download')
      await shows(inFirefox, 'Complete and verified')
    },
    limitMs(400),
  )
})
