/** The console as it is built, served with the content security policy of a node, in Debian's Chromium. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '..', '..')
export const CHROMIUM = '/usr/bin/chromium'
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

/** Why tests in a browser are skipped; where nothing may be skipped it throws instead. */
export function lackingChromium(): boolean {
  if (existsSync(CHROMIUM)) return false
  if (process.env.SHOAL_STRICT === '1')
    throw new Error('chromium is not installed (Debian: apt-get install chromium)')
  return true
}

export interface BuiltConsole {
  readonly url: string
  /** Where its files lie. */
  readonly folder: string
  /** Gzipped bytes of all script that the first screen loads. */
  readonly firstScriptBytes: number
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>
  /** Ends the server, as a node ends that is stopped. */
  goAway(): Promise<void>
  /** Serves again, at the same address. */
  comeBack(): Promise<void>
  close(): Promise<void>
}

export interface OpenPage {
  readonly page: Page
  /** What the browser complained of: errors, and what the policy forbade. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

interface ManifestEntry {
  readonly file: string
  readonly imports?: readonly string[]
  readonly isEntry?: boolean
}

export async function buildConsole(): Promise<BuiltConsole> {
  const outDir = mkdtempSync(join(tmpdir(), 'shoal-console-'))
  await build(outDir)
  const manifest = JSON.parse(readFileSync(join(outDir, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    ManifestEntry
  >
  let server = await serve(outDir)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const browser = existsSync(CHROMIUM)
    ? await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    : null
  const goAway = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise(resolve => server.close(resolve))
  }
  return {
    url,
    folder: outDir,
    firstScriptBytes: sizeOfFirst(outDir, manifest),
    open: (path, options) => openPage(browser!, new URL(path, url).href, options),
    goAway,
    async comeBack() {
      server = await serve(outDir, port)
    },
    async close() {
      await browser?.close()
      await goAway()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}

/** In a process of its own, since the tests' environment would make it a build for development. */
async function build(outDir: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js')
  const args = [vite, 'build', ROOT, '--outDir', outDir, '--emptyOutDir', '--manifest', '--logLevel', 'error']
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: 'production' } })
}

/** The entry and what it imports, but not what it loads when a page is opened. */
function sizeOfFirst(outDir: string, manifest: Record<string, ManifestEntry>): number {
  const seen = new Set<string>()
  const waiting = Object.keys(manifest).filter(name => manifest[name]!.isEntry)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    waiting.push(...(manifest[name]!.imports ?? []))
  }
  return [...seen].reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(outDir, manifest[name]!.file))).length,
    0,
  )
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
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}
