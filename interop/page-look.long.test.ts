/**
 * The layout of the page of a share link, its themes and accessibility, its size, and its use
 * without a network.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseMagnet } from '@shoal/torrent'
import { encode } from '@shoal/torrent/bencode'
import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { serviceWorkerReady } from '../apps/web/e2e/testing/service-worker.ts'
import { parseShareLink } from '../packages/links/src/index.ts'
import { screenshot } from './support/browser.ts'
import { randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { missing } from './support/tools.ts'

const PHONE = { width: 360, height: 740 }

/** Returns by how many CSS pixels the page is wider than its window. */
const overflow = (tab: Page) =>
  tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

async function expectAccessible(tab: Page): Promise<void> {
  expect(await findings(tab)).toEqual([])
  expect(await overflow(tab)).toBe(0)
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: layout', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test.each([
    { name: 'light', options: { colorScheme: 'light' } },
    { name: 'dark-phone', options: { colorScheme: 'dark', viewport: PHONE, hasTouch: true } },
  ] as const)('is accessible and fits the screen: $name', async ({ name, options }) => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Harbour at dawn'), {
      'film of the morning, with all the boats that left.mp4': 4_000_000,
      'notes/a rather long name without any spaces_that_could_be_broken_anywhere_at_all.txt': 20_000,
      'card.png': 500_000,
    })
    const { magnet } = await seeder.seed(dir.join('Harbour at dawn'), [site.announce])
    const { page: tab } = await browser.open(site.url, options)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-home-${name}`)
    await tab.goto(`${site.url}#s1cut`)
    await tab.getByRole('heading', { name: 'cut short' }).waitFor()
    await expectAccessible(tab)
    await tab.goto(`${site.url}#${magnet}`)
    await tab.getByText('1 device has all of it').waitFor()
    await tab.getByRole('heading', { name: 'Add to your node' }).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-offered-${name}`)
    await tab.getByRole('checkbox', { name: 'All files' }).uncheck()
    expect(await tab.getByRole('button', { name: /^Download/ }).isDisabled()).toBe(true)
    await tab.getByRole('checkbox', { name: 'All files' }).check()
    await tab.getByRole('checkbox', { name: /^Download card/ }).uncheck()
    seeder.setUpload(1_000_000)
    await tab.getByRole('button', { name: 'Download 4.02 MB' }).click()
    await tab.getByText(/downloaded\. .+ the rarest missing piece/).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-downloading-${name}`)
    seeder.setUpload(0)
    await tab.getByText('Your selection is complete and verified').waitFor()
    await tab.getByText('You help').waitFor()
    // No other machine could open a link to this one.
    await tab.getByText('This link works on this computer only').waitFor()
    expect(await tab.getByRole('button', { name: 'QR code' }).count()).toBe(0)
    await expectAccessible(tab)
    await screenshot(tab, `page-complete-${name}`)
  })

  test('loads at most 200 KB of gzipped script before a download', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Tree'), { 'a.bin': 100_000, 'b.mp4': 100_000 })
    const { magnet } = await seeder.seed(dir.join('Tree'), [site.announce])
    const { page: tab } = await browser.open(`${site.url}#${magnet}`, { serviceWorkers: 'block' })
    await tab.getByText('has 100%').waitFor()
    await tab.getByRole('heading', { name: 'Add to your node' }).waitFor()
    const scripts = [...new Set(site.requested)].filter(path => path.endsWith('.js'))
    const sizes = await Promise.all(
      scripts.map(async path => gzipSync(await readFile(join(site.folder, path)), { level: 9 }).length),
    )
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`${scripts.length} scripts, ${totalBytes} bytes gzipped`)
    expect(totalBytes).toBeLessThan(200_000)
  })

  test('works without its host once it was opened, and keeps its downloads', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Tree'), { 'a.txt': 1000, 'b.bin': 200_000 })
    const { magnet } = await seeder.seed(dir.join('Tree'), [site.announce])
    const { page: tab } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download/ }).click()
    await tab.getByText('Complete and verified').waitFor()
    await serviceWorkerReady(tab)
    await site.stopTracker()
    await site.goAway()
    await tab.reload()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByRole('button', { name: 'Show a.txt' }).click()
    await tab.getByRole('button', { name: 'Close' }).waitFor()
    await site.serve()
  })
})

/** The page at an internet address, as far as the browser knows. */
const ELSEWHERE = { args: ['--host-resolver-rules=MAP share.example 127.0.0.1'] }

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: its QR code', () => {
  const browser = useBrowser(ELSEWHERE)
  const seeder = useSeeder()

  test.each([
    { name: 'light', options: { colorScheme: 'light' } },
    { name: 'dark-phone', options: { colorScheme: 'dark', viewport: PHONE, hasTouch: true } },
  ] as const)('can be enlarged and saved: $name', async ({ name, options }) => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Tree'), { 'a.txt': 1000 })
    const { magnet } = await seeder.seed(dir.join('Tree'), [site.announce])
    const url = site.url.replace('127.0.0.1', 'share.example')
    // The link names the tracker by an address of this machine, which the page does not dial. It
    // uses that of its own host.
    const { page: tab } = await browser.open(`${url}${firstVersion(magnet)}`, options)
    await tab.evaluate(() =>
      Object.assign(navigator, { share: async (data: unknown) => Reflect.set(globalThis, 'sent', data) }),
    )
    const dialed: string[] = []
    tab.on('websocket', socket => dialed.push(socket.url()))
    await tab.getByText('has 100%').waitFor()
    expect(dialed.filter(each => !each.startsWith('ws://share.example:'))).toEqual([])
    expect(new URL(tab.url()).hash).toMatch(/^#s2/)
    await tab.getByText('Anyone with this link can get it').waitFor()
    const field = tab.getByLabel('Link to this share')
    // The link shows the size once the page knows it.
    await expect.poll(async () => parseShareLink(await field.inputValue()).lengthBytes).toBe(1000)
    const link = await field.inputValue()
    expect(parseShareLink(link).magnet.trackers).toEqual([])
    expect(link.length).toBeLessThan(130)
    await tab.getByRole('button', { name: 'Send…' }).click()
    expect(await tab.evaluate(() => Reflect.get(globalThis, 'sent'))).toEqual({ title: 'Tree', url: link })
    await tab.getByRole('button', { name: 'QR code' }).click()
    const code = tab.getByRole('img', { name: 'QR code of the link' })
    const pixels = await code.evaluate(svg => {
      const { width } = svg.getBoundingClientRect()
      return width / (svg as SVGSVGElement).viewBox.baseVal.width
    })
    expect(pixels).toBeGreaterThanOrEqual(4)
    expect(Number.isInteger(pixels)).toBe(true)
    const background = await code.evaluate(svg => getComputedStyle(svg).backgroundColor)
    expect(background).toBe('rgb(255, 255, 255)')
    await expectAccessible(tab)
    await screenshot(tab, `page-qr-${name}`)
    for (const type of ['PNG', 'SVG'] as const) {
      const [download] = await Promise.all([
        tab.waitForEvent('download'),
        tab.getByRole('button', { name: `Save as ${type}` }).click(),
      ])
      expect(download.suggestedFilename()).toBe(`Tree QR.${type.toLowerCase()}`)
      const saved = await readFile(await download.path(), 'base64')
      const mediaType = type === 'PNG' ? 'image/png' : 'image/svg+xml'
      expect(await scanned(tab, `data:${mediaType};base64,${saved}`)).toBe(link)
    }
    await tab.getByRole('button', { name: 'Close' }).click()
    await code.waitFor({ state: 'detached' })
  })
})

/** A share link as written by the first version. */
function firstVersion(link: string): string {
  const { infoHashes, name, trackers } = parseMagnet(link)
  const payload = encode({ '1': infoHashes.v1, '2': infoHashes.v2, n: name, t: trackers })
  const framed = Buffer.concat([Buffer.from([payload.length >> 8, payload.length & 255]), payload])
  const check = createHash('sha256').update(framed).digest().subarray(0, 4)
  return `#s1${Buffer.concat([framed, check]).toString('base64url')}`
}

/**
 * Returns the text of the QR code in a picture, which is drawn in an empty page: this page's policy
 * refuses it.
 */
async function scanned(tab: Page, picture: string): Promise<string> {
  const empty = await tab.context().newPage()
  const { width, height, data } = await empty.evaluate(async source => {
    const image = new Image()
    image.src = source
    await image.decode()
    // Four pixels per module are enough, and a tenth of the data.
    const side = image.width / 3
    const context = new OffscreenCanvas(side, side).getContext('2d')!
    context.drawImage(image, 0, 0, side, side)
    return { width: side, height: side, data: [...context.getImageData(0, 0, side, side).data] }
  }, picture)
  await empty.close()
  return decodeQR({ width, height, data: Uint8Array.from(data) })
}
