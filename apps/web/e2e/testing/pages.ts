/**
 * Pages for tests of the browser peer: bundled as the application is, and served on loopback, in
 * browsers with a profile of their own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { WAIT_MS } from '@shoal/testing'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { build, type Plugin } from 'vite'
import { CHROMIUM } from './console.ts'

const IN_PAGE = join(import.meta.dirname, 'in-page')
/** Tests of sessions make up the answers of HTTP trackers, which pages do not use otherwise. */
const HTTP_TRACKER = join(
  import.meta.dirname,
  '../../../../packages/torrent/src/discovery/tracker/http-tracker.ts',
)
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.json': 'application/json' }
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  // Names of the local network are looked up by multicast, which test machines may lack.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

/**
 * Keeps test files, which exist for their side effects, in the bundle although the package of the
 * engine declares that it has none.
 */
const keepTests: Plugin = {
  name: 'keep-tests',
  transform: { filter: { id: /\.test\.ts$/ }, handler: () => ({ moduleSideEffects: true }) },
}

export interface BuiltPages extends AsyncDisposable {
  /**
   * Address of the page whose script is `<name>.ts`. With the name of a site, it has storage of its
   * own.
   */
  url(name: string, site?: string): string
  readonly folder: string
}

/** Bundles scripts of `in-page`, each with a page of its own. */
export function buildPages(...names: string[]): Promise<BuiltPages> {
  return buildPagesOf(IN_PAGE, names)
}

/** Bundles scripts of a folder, each with a page of its own. */
export async function buildPagesOf(root: string, names: readonly string[]): Promise<BuiltPages> {
  const outDir = mkdtempSync(join(tmpdir(), 'shoal-pages-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    // Limits of tests in pages follow the machine as well.
    define: { 'process.env.SHOAL_TEST_FACTOR': JSON.stringify(process.env.SHOAL_TEST_FACTOR ?? '1') },
    resolve: { alias: { vitest: join(IN_PAGE, 'vitest.ts'), '#http-tracker': HTTP_TRACKER } },
    worker: { format: 'es', plugins: () => [keepTests] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome123',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: Object.fromEntries(names.map(name => [name, join(root, `${name}.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  })
  const server = await serve(outDir)
  const { port } = server.address() as AddressInfo
  return {
    folder: outDir,
    url: (name, site) => `http://${site ? `${site}.localhost` : '127.0.0.1'}:${port}/${name}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}

async function serve(folder: string) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://page')
    const file = join(folder, pathname)
    // Shared memory is for pages that nobody else can look into.
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    if (extname(pathname) !== '' && existsSync(file)) {
      response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream')
      return void response.end(readFileSync(file))
    }
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><meta charset="utf-8"><title>peer</title><link rel="icon" href="data:,"><script type="module" src="${pathname}.js"></script>`,
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** A browser with a profile on disk: private windows keep their files in memory. */
export async function launchChromium(): Promise<BrowserContext & AsyncDisposable> {
  const profile = mkdtempSync(join(tmpdir(), 'shoal-profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    locale: 'en-GB',
  })
  context.setDefaultTimeout(WAIT_MS)
  return Object.assign(context, {
    async [Symbol.asyncDispose]() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  })
}

/** Ends a tab as the browser's own task manager does: nothing of it gets to say goodbye. */
export async function killTab(page: Page): Promise<void> {
  const gone = page.waitForEvent('crash')
  // The page answers no more.
  page.goto('chrome://crash').catch(() => {})
  await gone
  await page.close().catch(() => {})
}
