/**
 * How the page of a share link uses browser features: clipboard, installation, closing, storage,
 * color schemes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { serviceWorkerReady } from '../apps/web/e2e/testing/service-worker.ts'
import { randomFile, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { asks, choose, findsNobody, getLink } from './support/share-form.ts'
import { missing } from './support/tools.ts'

const background = (tab: Page) =>
  tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)

const LIGHT = 'rgb(245, 247, 246)'
const DARK = 'rgb(14, 20, 22)'

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: browser features', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test('copies the link of a share', async () => {
    await using dir = await tempDir('manners')
    await using site = await PageSite.start()
    await randomFile(dir.join('mine.bin'), 300_000)
    const { page: tab, context, problems } = await browser.open(site.url)
    const origin = new URL(site.url).origin
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    await choose(tab, dir.join('mine.bin'))
    const link = await getLink(tab)
    await tab.getByRole('button', { name: 'Copy link' }).click()
    await tab.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await tab.evaluate(() => navigator.clipboard.readText())).toBe(link)
    // A page over plain HTTP from another machine has no clipboard API and copies the link from a
    // field.
    await tab.evaluate(async () => {
      const { clipboard } = navigator
      await clipboard.writeText('')
      Reflect.set(globalThis, 'clipboard', clipboard)
      Object.defineProperty(navigator, 'clipboard', { value: undefined })
    })
    await tab.getByRole('button', { name: 'Copy link' }).click()
    await tab.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await tab.evaluate(() => (Reflect.get(globalThis, 'clipboard') as Clipboard).readText())).toBe(
      link,
    )
    expect(problems).toEqual([])
  })

  test('tells connected peers immediately when it is closed', async () => {
    await using dir = await tempDir('manners')
    await using site = await PageSite.start()
    await randomFile(dir.join('mine.bin'), 300_000)
    const { page: tab } = await browser.open(site.url)
    await choose(tab, dir.join('mine.bin'))
    const { page: theirs } = await browser.open(await getLink(tab))
    await theirs.getByText('1 device has all of it').waitFor()
    await tab.close()
    // Without a notification, noticing it takes 10 to 17 s.
    await theirs.getByText('Nobody is connected right now').waitFor({ timeout: limitMs(8) })
    await findsNobody(theirs)
    expect(await theirs.getByText('Ready to download').count()).toBe(0)
  })

  test('can be installed: all files in its manifest exist', async () => {
    await using site = await PageSite.start()
    const { page: tab, context } = await browser.open(site.url)
    await serviceWorkerReady(tab)
    const devtools = await context.newCDPSession(tab)
    const { errors, url, data } = await devtools.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(url).toBe(`${site.url}manifest.webmanifest`)
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // Chromium does not offer to install pages in separate contexts, which tests use.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
    const manifest = JSON.parse(data!)
    expect(manifest).toMatchObject({ name: 'Shoal', short_name: 'Shoal', display: 'standalone' })
    for (const address of [manifest.id, manifest.start_url, manifest.scope])
      expect(new URL(address, url).href).toBe(site.url)
    for (const { src, type, sizes } of manifest.icons) {
      const response = await tab.request.get(new URL(src, url).href)
      expect([response.status(), response.headers()['content-type']]).toEqual([200, type])
      if (type === 'image/png') expect(pngSize(await response.body())).toBe(sizes)
    }
    const html = readFileSync(join(site.folder, 'index.html'), 'utf8')
    for (const [, path] of html.matchAll(/href="\.\/([^"]+)"/g))
      expect((await tab.request.get(`${site.url}${path}`)).status()).toBe(200)
  })

  test('asks before closing only while it has the only copy or others are downloading', async () => {
    await using dir = await tempDir('manners')
    await using site = await PageSite.start()
    await randomFile(dir.join('mine.bin'), 80_000_000)
    const { page: tab } = await browser.open(site.url)
    await choose(tab, dir.join('mine.bin'))
    const link = await getLink(tab)
    const other = await browser.open(link)
    await other.page.getByRole('button', { name: /^Download / }).click()
    await tab
      .getByText(/B sent to it/)
      .first()
      .waitFor()
    expect(await asks(tab)).toBe(true)
    const asking = tab.waitForEvent('dialog')
    await tab.close({ runBeforeUnload: true })
    const dialog = await asking
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    await other.page.getByText('Complete and verified').waitFor()
    await expect.poll(() => asks(tab)).toBe(false)
  })

  test('asks before closing until data in memory is saved', async () => {
    await using dir = await tempDir('manners')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('theirs.bin'), 400_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, context, problems } = await browser.open('about:blank')
    // Like private windows of some browsers.
    await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'))
    await tab.goto(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByText('This window stores nothing').waitFor()
    expect(await asks(tab)).toBe(true)
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save', exact: true }).click()
    await (await downloading).path()
    await expect.poll(() => asks(tab)).toBe(false)
    expect(problems).toEqual([])
  })

  test('frees the browser’s storage when a share is forgotten', async () => {
    await using dir = await tempDir('manners')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('theirs.bin'), 10_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await tab.getByText('Complete and verified').waitFor()
    const used = tab.getByText(/of .+ used$/)
    await expect.poll(() => used.innerText()).toMatch(/^1\d\.\d MB of/)
    expect(await storedFiles(tab)).toEqual(['theirs.bin'])
    await tab.getByRole('button', { name: 'Forget theirs.bin' }).click()
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await expect.poll(() => storedFiles(tab)).toEqual([])
    const estimate = () => tab.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
    await expect.poll(estimate).toBeLessThan(5_000_000)
    await tab.reload()
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    expect(await tab.getByText('Stored in this browser').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('follows the color scheme of the system until the user chooses one, which is remembered', async () => {
    await using site = await PageSite.start()
    const { page: tab } = await browser.open(site.url, { colorScheme: 'light' })
    const colors = tab.getByRole('combobox', { name: 'Theme' })
    await colors.waitFor()
    expect(await background(tab)).toBe(LIGHT)
    await tab.emulateMedia({ colorScheme: 'dark' })
    expect(await background(tab)).toBe(DARK)
    await colors.selectOption('Light')
    expect(await background(tab)).toBe(LIGHT)
    await tab.reload()
    await colors.waitFor()
    expect([await background(tab), await colors.inputValue()]).toEqual([LIGHT, 'light'])
    await colors.selectOption('System theme')
    expect(await background(tab)).toBe(DARK)
  })
})

/** Returns the names of the files that the engine stores. */
const storedFiles = (tab: Page) =>
  tab.evaluate(async () => {
    const names: string[] = []
    const root = await navigator.storage.getDirectory()
    const files = await (await root.getDirectoryHandle('shoal')).getDirectoryHandle('files')
    for await (const folder of files.values() as AsyncIterable<FileSystemDirectoryHandle>)
      for await (const name of folder.keys()) names.push(name)
    return names
  })

/** Returns the size in the header of a PNG file. */
function pngSize(bytes: Buffer): string {
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`
}
