/** Debian's Firefox, headless, driven over WebDriver BiDi. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs, until } from '@shoal/testing'
import puppeteer, { type Page } from 'puppeteer-core'
import { toolPath } from './tools.ts'

export interface Firefox extends AsyncDisposable {
  /** Folder where it saves files without asking. */
  readonly downloads: string
  open(url: string): Promise<Page>
}

/** Preferences, named as in about:config. */
export type FirefoxSettings = Readonly<Record<string, string | number | boolean>>

/** Launches Firefox with a profile on disk, because private windows have no persistent storage. */
export async function launchFirefox(
  settings: FirefoxSettings = {},
  { acceptInsecureCerts = false }: { readonly acceptInsecureCerts?: boolean } = {},
): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'shoal-firefox-'))
  const downloads = join(profile, 'saved')
  mkdirSync(downloads)
  const browser = await puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: toolPath('firefox-esr'),
    headless: true,
    acceptInsecureCerts,
    userDataDir: profile,
    protocolTimeout: limitMs(300),
    extraPrefsFirefox: {
      // Names of the local network are looked up by multicast, which test machines may lack.
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'intl.accept_languages': 'en-GB, en',
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.always_ask_before_handling_new_types': false,
      ...settings,
    },
  })
  return {
    downloads,
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

const LIMIT = { timeoutMs: limitMs(90), intervalMs: 250 }

/** Waits for text on the page, or for one of several. */
export async function shows(tab: Page, ...texts: readonly string[]): Promise<void> {
  const isShown = () =>
    tab.evaluate(words => words.some(text => document.body.innerText.includes(text)), texts)
  await until(`the page shows "${texts.join('" or "')}"`, isShown, LIMIT)
}

/** Clicks the button whose name begins with the text once it exists and is enabled. */
export async function click(tab: Page, name: string): Promise<void> {
  const isClicked = () =>
    tab.evaluate(start => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('button:enabled')]
      const found = buttons.find(each => (each.ariaLabel ?? each.innerText).startsWith(start))
      found?.click()
      return found !== undefined
    }, name)
  await until(`there is a button "${name}"`, isClicked, LIMIT)
}
