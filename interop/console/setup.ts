/** Setup for tests of the console in a browser: a node and a logged-in page. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import type { Browser, BrowserPage, PageOptions } from '../support/browser.ts'
import { sha256Of, type TempDir, tempDir } from '../support/files.ts'
import type { Libtorrent, LibtorrentTorrent } from '../support/libtorrent.ts'
import { Node, type NodeOptions } from '../support/node.ts'
import { useBrowser } from '../support/page-tests.ts'
import { missing } from '../support/tools.ts'

export const skipped = missing('libtorrent', 'chromium-headless-shell')

export interface Scene<N extends Node = Node> {
  readonly dir: TempDir
  readonly node: N
  readonly browser: Pick<Browser, 'open'>
}

/** Runs a test with a new node and the browser of its file. */
export type WithNode<N extends Node = Node> = (
  run: (scene: Scene<N>) => Promise<void>,
  options?: { readonly args?: readonly string[] },
) => Promise<void>

/**
 * Shares one browser among the tests of a file, which calls this once, at the top. `start` starts
 * the node of a test.
 */
export function useConsole(): WithNode
export function useConsole<N extends Node>(start: (options: NodeOptions) => Promise<N>): WithNode<N>
export function useConsole(start: (options: NodeOptions) => Promise<Node> = Node.start): WithNode {
  const browser = useBrowser()
  return async (run, { args = [] } = {}) => {
    await using dir = await tempDir('console')
    await using node = await start({ folder: dir.path, args })
    await run({ dir, node, browser })
  }
}

/** The same with one node for all tests of the file, started with these arguments. */
export function useSharedNode(...args: readonly string[]): WithNode {
  const browser = useBrowser()
  let dir: TempDir
  let node: Node | undefined
  beforeAll(async () => {
    dir = await tempDir('console')
    node = await Node.start({ folder: dir.path, args })
  })
  afterAll(async () => {
    await node?.stop()
    await dir?.remove()
  })
  return run => run({ dir, node: node!, browser })
}

/**
 * Opens the console through the link with the token, as an owner who has seen the welcome guide.
 * `path` begins with a slash.
 */
export function openConsole(
  { node, browser }: Pick<Scene, 'node' | 'browser'>,
  path = '/',
  options: PageOptions = {},
): Promise<BrowserPage> {
  const localStorage = { 'shoal.welcomed': 'yes' }
  return browser.open(`${node.url}${path}#token=${node.token}`, { localStorage, ...options })
}

/** Saves a file from the page. Returns its SHA-256. */
export async function saveAndHash(tab: Page, name: string): Promise<string> {
  await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
  const downloading = tab.waitForEvent('download')
  await tab.getByRole('button', { name: `Save ${name}` }).click()
  return await sha256Of(await (await downloading).path())
}

/** Adds the address of a peer to a magnet link (`x.pe`, BEP 9). */
export function withPeer(magnet: string, { port }: Libtorrent): string {
  return `${magnet}&x.pe=127.0.0.1:${port}`
}

/** Seeds the file or folder `seed/NAME` of a scene with libtorrent. */
export async function seed(
  { dir }: Scene,
  seeder: Libtorrent,
  name: string,
): Promise<{ magnet: string; torrent: LibtorrentTorrent }> {
  await mkdir(dir.join('seed'), { recursive: true })
  const { magnet } = await seeder.create(dir.join('seed', name), dir.join('seed.torrent'))
  const torrent = await seeder.add({ torrent: dir.join('seed.torrent'), savePath: dir.join('seed') })
  return { magnet, torrent }
}
