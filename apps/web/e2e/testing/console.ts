/** The built console, served with the content security policy of a node, in Debian's Chromium. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, extname, join, normalize } from 'node:path'
import { gzipSync } from 'node:zlib'
import { WAIT_MS } from '@shoal/testing'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { DIST } from '../../scripts/build-console.ts'

export const CHROMIUM = '/usr/bin/chromium'
/**
 * Chromium's engine without the windows around it. A page costs a quarter of the processor time.
 */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
/** The strictest that a node may send. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/**
 * Returns whether tests in a browser have to be skipped. Throws instead where nothing may be
 * skipped.
 */
export function lackingChromium(): boolean {
  const missing = [CHROMIUM, HEADLESS_SHELL].filter(path => !existsSync(path)).map(path => basename(path))
  if (missing.length === 0) return false
  if (process.env.SHOAL_STRICT === '1')
    throw new Error(`not installed (Debian: apt-get install ${missing.join(' ')})`)
  return true
}

export interface ServedConsole {
  readonly url: string
  /** Where its files lie: a copy, which may be changed. */
  readonly folder: string
  /** Gzipped bytes of all script that the first screen loads. */
  readonly firstScriptBytes: number
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>
  /** Opens a page, runs, and closes it. Fails if the browser has complained by then. */
  on(path: string, run: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void>
  /** Ends the server, as a node ends that is stopped. */
  goAway(): Promise<void>
  /** Serves again, at the same address. */
  comeBack(): Promise<void>
  /** Makes all files again as they were built. */
  restore(): void
  close(): Promise<void>
}

export interface OpenPage {
  readonly page: Page
  /** Complaints of the browser: errors, and violations of the content security policy. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/**
 * Serves a copy of the built console, or of another build, and starts a browser: `window` has all
 * of Chromium, its windows included.
 */
export async function serveConsole({
  window = false,
  dist = DIST,
  catalogs = ['console', 'controls'],
} = {}): Promise<ServedConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-console-'))
  cpSync(dist, folder, { recursive: true })
  let server = await serve(folder)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const executablePath = window ? CHROMIUM : HEADLESS_SHELL
  const browser = existsSync(executablePath) ? await chromium.launch({ executablePath, args: FLAGS }) : null
  const goAway = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise(resolve => server.close(resolve))
  }
  const open = (path: string, options?: BrowserContextOptions) =>
    openPage(browser!, new URL(path, url).href, options)
  return {
    url,
    folder,
    firstScriptBytes: sizeOfFirst(folder, catalogs),
    open,
    async on(path, run, options) {
      const { page, complaints, close } = await open(path, options)
      try {
        await run(page)
        expect(complaints).toEqual([])
      } finally {
        await close()
      }
    },
    goAway,
    async comeBack() {
      server = await serve(folder, port)
    },
    restore() {
      cpSync(dist, folder, { recursive: true })
    },
    async close() {
      await browser?.close()
      await goAway()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The script of the page and what it imports, and the largest catalogs of texts, but not what it
 * loads when a page is opened.
 */
function sizeOfFirst(folder: string, catalogs: readonly string[]): number {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const sizeOf = (path: string) => gzipSync(readFileSync(join(folder, path))).length
  const scripts = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, path]) => sizeOf(path!))
  const assets = readdirSync(join(folder, 'assets')).filter(name => name.endsWith('.js'))
  const largest = catalogs.map(catalog =>
    Math.max(
      ...assets.filter(name => name.startsWith(`${catalog}-`)).map(name => sizeOf(join('assets', name))),
    ),
  )
  return [...scripts, ...largest].reduce((sum, bytes) => sum + bytes, 0)
}

async function serve(folder: string, port = 0) {
  const server = createServer((request, response) => {
    const wanted = join(folder, normalize(decodeURIComponent(new URL(request.url!, 'http://node').pathname)))
    const there = wanted.startsWith(folder) && existsSync(wanted) && statSync(wanted).isFile()
    if (!there && /^\/(api|files)\b/.test(request.url!)) return void response.writeHead(502).end()
    const path = there ? wanted : join(folder, 'index.html')
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
    response.setHeader('content-security-policy', POLICY)
    response.end(readFileSync(path))
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return server
}

async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 820 },
    locale: 'en-GB',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(WAIT_MS)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}
