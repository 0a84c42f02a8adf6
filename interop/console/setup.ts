/** What the tests of the console in a browser begin with: the console built, a node, a page that is logged in. */
import { expect } from 'vitest'
import { buildConsole } from '../../apps/web/scripts/build-console.ts'
import { Browser, type BrowserPage, type PageOptions } from '../support/browser.ts'
import { type TempDir, tempDir } from '../support/files.ts'
import { Node } from '../support/node.ts'
import { lacking } from '../support/tools.ts'

export const skipped = lacking('libtorrent', 'chromium')

export interface Scene {
  readonly dir: TempDir
  readonly node: Node
  readonly browser: Browser
}

/** Runs a test with a fresh node and a browser; the page must not complain of anything at its end. */
export async function withNode(
  run: (scene: Scene) => Promise<void>,
  { args = [] }: { args?: readonly string[] } = {},
): Promise<void> {
  expect(buildConsole()).toBe(true)
  await using dir = await tempDir('console')
  await using node = await Node.start({ folder: dir.path, args })
  await using browser = await Browser.launch()
  await run({ dir, node, browser })
}

/** The console as its owner opens it, who knows the guide: by the link with the token. `path` is what comes after the address. */
export function openConsole(
  { node, browser }: Pick<Scene, 'node' | 'browser'>,
  path = '/',
  options: PageOptions = {},
): Promise<BrowserPage> {
  const remembers = { 'shoal.welcomed': 'yes' }
  return browser.open(`${node.url}${path}#token=${node.token}`, { remembers, ...options })
}
