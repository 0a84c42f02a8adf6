/** Debian's Firefox, headless, driven over WebDriver BiDi. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Page } from 'puppeteer-core'
import { toolPath } from './tools.ts'

export interface Firefox extends AsyncDisposable {
  open(url: string): Promise<Page>
}

/** With a profile on disk: private windows keep nothing. */
export async function launchFirefox(): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'shoal-firefox-'))
  const browser = await puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: toolPath('firefox-esr'),
    headless: true,
    userDataDir: profile,
    protocolTimeout: 300_000,
    // Names of the local network are looked up by multicast, which test machines may lack.
    extraPrefsFirefox: { 'media.peerconnection.ice.obfuscate_host_addresses': false },
  })
  return {
    async open(url) {
      const page = await browser.newPage()
      await page.goto(url)
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
