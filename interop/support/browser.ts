/**
 * Debian's Chromium, driven by Playwright: headless, on loopback, without requests to its vendor.
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limitMs } from '@shoal/testing'
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Browser as Driven,
  type Page,
} from 'playwright-core'
import { DIST } from '../../apps/web/scripts/build-console.ts'
import { type TempDir, tempDir } from './files.ts'
import { toolPath } from './tools.ts'

/** Without these, Chromium contacts its vendor's hosts at every start. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** Peers that fail to connect at first retry later, which may take some time. */
const PAGE_MS = limitMs(100)

/** Characters of a page in the report of a failed test. */
const SHOWN_TEXT = 600

/** Common window sizes in CSS pixels. */
const SCREENS = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const

export interface LaunchOptions {
  readonly program?: 'chromium' | 'chromium-headless-shell'
  readonly args?: readonly string[]
  /** Starts this program instead. */
  readonly path?: string
}

export interface PageOptions extends BrowserContextOptions {
  readonly size?: keyof typeof SCREENS
  /** Local storage from an earlier visit. */
  readonly localStorage?: Readonly<Record<string, string>>
}

/**
 * `await using browser = await Browser.launch()`: Chromium's headless shell, which is the same
 * engine without windows and needs a quarter of the processor time per page. `program` can select
 * the full Chromium instead, for example to show PDF documents.
 */
export class Browser implements AsyncDisposable {
  readonly #driven: Driven

  private constructor(driven: Driven) {
    this.#driven = driven
  }

  static async launch({
    program = 'chromium-headless-shell',
    args = [],
    path = toolPath(program),
  }: LaunchOptions = {}): Promise<Browser> {
    if (!existsSync(DIST)) throw new Error(`${DIST} is missing: run node apps/web/scripts/build-console.ts`)
    return new Browser(await chromium.launch({ executablePath: path, args: [...QUIET, ...args] }))
  }

  /** Opens a page with its own storage, like a first-time visitor. */
  async open(url: string, options: PageOptions = {}): Promise<BrowserPage> {
    const { size = 'laptop', localStorage: stored = {}, ...rest } = options
    const context = await this.#driven.newContext({
      viewport: SCREENS[size],
      locale: 'en-GB',
      ...rest,
    })
    await context.addInitScript(entries => {
      for (const [name, value] of Object.entries(entries)) localStorage.setItem(name, value)
    }, stored)
    const page = await context.newPage()
    page.setDefaultTimeout(PAGE_MS)
    const problems: string[] = []
    page.on('pageerror', error => problems.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`)
    })
    await page.goto(url)
    return { page, context, problems }
  }

  /** Returns the beginning of what each page shows, for the report of a failed test. */
  async pageTexts(): Promise<string> {
    const pages = this.#driven.contexts().flatMap(context => context.pages())
    const texts = await Promise.all(
      pages.map(page => page.innerText('body', { timeout: limitMs(1) }).catch(String)),
    )
    return texts
      .map((text, index) => `Page ${index + 1} shows: ${text.replace(/\s+/g, ' ').slice(0, SHOWN_TEXT)}`)
      .join('\n')
  }

  /** Closes all pages. */
  async closePages(): Promise<void> {
    await Promise.all(this.#driven.contexts().map(context => context.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driven.close()
  }
}

/**
 * Launches a browser with a profile on disk, like those of users; other contexts keep their storage
 * in memory.
 */
export async function launchWithProfile(
  options: {
    readonly program?: string
    readonly args?: readonly string[]
    /** Whether sites may store data. Default true. */
    readonly mayStore?: boolean
  } = {},
): Promise<BrowserContext & AsyncDisposable> {
  const profile = await tempDir('profile')
  const { program = toolPath('chromium'), args = [], mayStore = true } = options
  if (!mayStore) await writePreferences(profile, { cookies: BLOCK })
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath: program,
    args: [...QUIET, ...args],
    viewport: SCREENS.laptop,
    locale: 'en-GB',
  })
  context.setDefaultTimeout(PAGE_MS)
  return Object.assign(context, {
    async [Symbol.asyncDispose]() {
      await context.close()
      await profile.remove()
    },
  })
}

/** The value that chrome://settings/content stores. */
const BLOCK = 2

async function writePreferences(profile: TempDir, settings: Record<string, number>): Promise<void> {
  await mkdir(profile.join('Default'))
  const preferences = { profile: { default_content_setting_values: settings } }
  await writeFile(profile.join('Default', 'Preferences'), JSON.stringify(preferences))
}

export interface BrowserPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors that the page threw or wrote to the browser's console. */
  readonly problems: string[]
}

/** Folder of screenshots for the documentation. */
export const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/**
 * Takes a screenshot for the documentation if SHOAL_SCREENSHOTS is set, because screenshots differ
 * between runs.
 */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!process.env.SHOAL_SCREENSHOTS) return
  const path = `${IMAGES}${name}.png`
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path })
}
