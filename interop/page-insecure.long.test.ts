/**
 * The page of a share link without https, at an address of the local network: browsers give such
 * pages neither storage nor a service worker.
 */
import { execFile } from 'node:child_process'
import { mkdir, open, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { until } from '@shoal/testing'
import type { Page as FirefoxPage } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { seekTo, shownAt, startPlaying } from '../apps/web/e2e/testing/player.ts'
import { saveAndHash } from './console/setup.ts'
import { screenshot } from './support/browser.ts'
import { sha256Of, type TempDir, tempDir } from './support/files.ts'
import { FILM_SECONDS, makeFilm, watchOffsets } from './support/film.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { cannotCreateNetwork, OtherNetwork } from './support/other-network.ts'
import { useBrowser } from './support/page-tests.ts'
import { start } from './support/process.ts'
import { missing } from './support/tools.ts'

const ENTRY = fileURLToPath(new URL('../apps/node/src/shoal.ts', import.meta.url))
const OFF = ['network.dht=off', 'network.lsd=off'].flatMap(each => ['--set', each])
/** More than a page can hold in memory. */
const LARGE_BYTES = 300 * 2 ** 20

/** A node whose owner has let the local network in, and which shares a folder. */
interface Host extends AsyncDisposable {
  readonly dir: TempDir
  readonly link: string
  readonly torrent: string
  /** The large file. */
  readonly sha256: string
  shoal(...words: string[]): Promise<Record<string, never>>
}

async function startHost(): Promise<Host> {
  const stack = new AsyncDisposableStack()
  const dir = stack.use(await tempDir('insecure'))
  const network = stack.use(await OtherNetwork.create())
  const node = await network.wrapper(process.execPath, dir)
  const env = { ...process.env, HOME: dir.path, SHOAL_STATE: dir.join('state') }
  const shoal = async (...words: string[]) => {
    const all = [ENTRY, ...words, '--data-dir', dir.join('data'), '--json']
    const { stdout } = await promisify(execFile)(node, all, { env })
    return JSON.parse(stdout.trim().split('\n').at(-1)!)
  }
  const folder = dir.join('downloads', 'Trip')
  await mkdir(folder, { recursive: true })
  await makeFilm(`${folder}/film.mp4`)
  await writeFile(`${folder}/notes.txt`, 'The boats leave at dawn.\n')
  const large = await open(`${folder}/large.bin`, 'w')
  for (let at = 0; at < LARGE_BYTES; at += LARGE_BYTES / 8) await large.write(`part ${at}`, at)
  await large.truncate(LARGE_BYTES)
  await large.close()
  const places = ['--port', '8420', '--data-dir', dir.join('data'), '--dir', dir.join('downloads')]
  const args = [ENTRY, 'start', ...places, '--peer-port', '0', '--no-port-mapping', ...OFF]
  const running = await start('shoal start', node, args, { env })
  stack.defer(() => running.stop())
  await until('the node answers', () =>
    shoal('health').then(
      () => true,
      () => false,
    ),
  )
  const { torrent } = await shoal('add', folder, '--wait')
  await shoal('open-up')
  const { link } = await shoal('show', torrent)
  const sha256 = await sha256Of(`${folder}/large.bin`)
  return { dir, link, torrent, sha256, shoal, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const unable = missing('chromium-headless-shell', 'firefox-esr', 'ffmpeg') ?? cannotCreateNetwork

describe.skipIf(unable)(`the page of a share link without https${unable ? ` (${unable})` : ''}`, () => {
  const browser = useBrowser()
  let host: Host
  beforeAll(async () => {
    host = await startHost()
  })
  afterAll(() => host?.[Symbol.asyncDispose]())

  test('Chromium saves a large file and a folder, and plays a film, with what the node hands out', async () => {
    const { page: tab, problems } = await browser.open(host.link)
    await tab.getByText('your browser lets it store nothing').waitFor()
    await tab.getByRole('button', { name: 'Save all as ZIP (316 MB)' }).waitFor()
    expect(await tab.evaluate(() => [isSecureContext, 'serviceWorker' in navigator])).toEqual([false, false])
    expect(await findings(tab)).toEqual([])
    await screenshot(tab, 'page-insecure')
    expect(await saveAndHash(tab, 'large.bin')).toBe(host.sha256)
    await tab.getByRole('checkbox', { name: 'Download large.bin' }).uncheck()
    const saving = tab.waitForEvent('download')
    await tab.getByRole('button', { name: /^Save all as ZIP/ }).click()
    const archive = await saving
    expect(archive.suggestedFilename()).toBe('Trip.zip')
    const { stdout } = await promisify(execFile)('python3', ['-m', 'zipfile', '-l', await archive.path()])
    expect(stdout).toContain('Trip/film.mp4')
    expect(stdout).not.toContain('large.bin')

    const offsets = watchOffsets(tab, /\/share\/files\//)
    await tab.getByRole('button', { name: 'film.mp4', exact: true }).click()
    const video = tab.locator('video')
    await startPlaying(video)
    await seekTo(video, 0.8 * FILM_SECONDS)
    await until('the film plays there', async () => (await shownAt(video)) >= 0.8 * FILM_SECONDS)
    expect(offsets.length).toBeGreaterThan(0)
    await tab.getByRole('button', { name: 'Next' }).click()
    await tab.getByText('The boats leave at dawn.').waitFor()
    await tab.getByText('2 of 2').waitFor()
    await tab.keyboard.press('ArrowLeft')
    await video.waitFor()
    expect(problems).toEqual([])
  })

  test('Firefox does the same', async () => {
    await using firefox = await launchFirefox()
    const tab = await firefox.open(host.link)
    await shows(tab, 'your browser lets it store nothing')
    await click(tab, 'Save large.bin')
    const saved = `${firefox.downloads}/large.bin`
    await until('it is saved', async () => (await sizeOf(saved)) === LARGE_BYTES)
    await until('it is whole', async () => (await sha256Of(saved)) === host.sha256)
    await click(tab, 'Play film.mp4')
    await tab.waitForSelector('video')
    await inFirefox(tab, 'play', 0)
    await until('it plays', async () => (await inFirefox(tab, 'look', 0)) > 0)
    await inFirefox(tab, 'seek', 0.8 * FILM_SECONDS)
    await until('it plays there', async () => (await inFirefox(tab, 'look', 0)) >= 0.8 * FILM_SECONDS)
  })

  test('a German phone reads what the page can do, and at once that the sender has paused', async () => {
    const phone = { viewport: { width: 360, height: 740 }, locale: 'de-DE' }
    const { page: tab } = await browser.open(host.link, phone)
    await tab.getByText('lässt Ihr Browser sie nichts ablegen').waitFor()
    await tab.getByRole('button', { name: 'Alles als ZIP speichern' }).waitFor()
    expect(await findings(tab)).toEqual([])
    await screenshot(tab, 'page-insecure-phone-de')
    await host.shoal('pause', host.torrent)
    const { page: later } = await browser.open(host.link, phone)
    await later.getByText('Der Absender hat diese Freigabe pausiert').waitFor()
    await screenshot(later, 'page-paused-phone-de')
    await host.shoal('resume', host.torrent)
    await later.getByRole('button', { name: 'Alles als ZIP speichern' }).waitFor()
  })

  test('what the node does not hand out is announced before it is downloaded', async () => {
    const large = host.dir.join('downloads', 'Trip', 'large.bin')
    const { link } = await host.shoal('seed', large, '--seal', '--node', 'local')
    const { page: tab } = await browser.open(link!)
    await tab.getByText('can save files of up to 268 MB each').waitFor()
    await tab.getByText('The share is sealed: only this page can open it').waitFor()
    await tab.getByText('1 file is larger.').waitFor()
    await screenshot(tab, 'page-insecure-sealed')
  })
})

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  )
}

/** Operates the only player of the page. Returns the position that it shows, or -1. */
function inFirefox(tab: FirefoxPage, what: 'play' | 'seek' | 'look', seconds: number): Promise<number> {
  return tab.evaluate(
    (what, seconds) => {
      const video = document.querySelector('video')!
      if (what === 'play') {
        video.muted = true
        void video.play().catch(() => {})
      }
      if (what === 'seek') video.currentTime = seconds
      return video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? -1 : video.currentTime
    },
    what,
    seconds,
  )
}
