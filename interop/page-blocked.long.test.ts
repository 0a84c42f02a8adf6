/**
 * The page of a share link with limited browser features: in private windows, without service
 * workers, without storage. It works, or shows what does not.
 */
import { writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Browser, launchWithProfile } from './support/browser.ts'
import { type RandomFile, randomTree, sha256Of, type TempDir, tempDir } from './support/files.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { PageSite } from './support/page-site.ts'
import { useSeeder } from './support/page-tests.ts'
import { missing } from './support/tools.ts'

const KEEPS_NOTHING = 'This window stores nothing'
const CANNOT_SHOW = 'This window cannot show files'
/** Makes all windows private. */
const PRIVATE = { 'browser.privatebrowsing.autostart': true }

async function seedTree(dir: TempDir, site: PageSite): Promise<[string, RandomFile]> {
  const files = await randomTree(dir.join('Trip'), { 'a.bin': 3_000_000, 'film.webm': 50_000 })
  await writeFile(dir.join('Trip', 'notes.txt'), 'The boats leave at dawn.\n')
  const { magnet } = await seeder.seed(dir.join('Trip'), [site.announce])
  return [`${site.url}#${magnet}`, files['a.bin']!]
}

const seeder = useSeeder()

describe.skipIf(missing('chromium', 'chromium-headless-shell'))('in Chromium', () => {
  test('the page without storage downloads into memory, says so and saves', async () => {
    await using dir = await tempDir('blocked')
    await using site = await PageSite.start()
    const [link, file] = await seedTree(dir, site)
    await using context = await launchWithProfile({ mayStore: false })
    const tab = await context.newPage()
    const errors: string[] = []
    tab.on('pageerror', error => errors.push(String(error)))
    await tab.goto(link)
    await tab.getByRole('button', { name: /^Download 3/ }).click()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByText(KEEPS_NOTHING).waitFor()
    await tab.getByRole('combobox', { name: 'Theme' }).selectOption('Dark')
    await tab.getByRole('button', { name: 'Show notes.txt' }).click()
    await tab.getByText(CANNOT_SHOW).waitFor()
    await tab.getByRole('button', { name: 'Close' }).click()
    await expectSaved(tab, file)
    expect(errors).toEqual([])
  })

  test('the page without a service worker says that it cannot show files, and saves them', async () => {
    await using dir = await tempDir('blocked')
    await using site = await PageSite.start()
    const [link, file] = await seedTree(dir, site)
    await using browser = await Browser.launch()
    const { page: tab, problems } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByRole('button', { name: /^Download 3/ }).click()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByRole('button', { name: 'Play film.webm' }).click()
    await tab.getByText(CANNOT_SHOW).waitFor()
    await tab.getByRole('button', { name: 'Close' }).click()
    await expectSaved(tab, file)
    expect(problems).toEqual([])
  })
})

describe.skipIf(missing('firefox-esr'))('in Firefox', () => {
  test('the page in a private window downloads and saves a share', async () => {
    await using dir = await tempDir('blocked')
    await using site = await PageSite.start()
    const [link, file] = await seedTree(dir, site)
    await using firefox = await launchFirefox(PRIVATE)
    const tab = await firefox.open(link)
    await click(tab, 'Download 3')
    await shows(tab, 'Complete and verified')
    await shows(tab, KEEPS_NOTHING)
    await click(tab, 'Show notes.txt')
    await shows(tab, 'The boats leave at dawn.')
    await click(tab, 'Close')
    await click(tab, 'Save a.bin')
    const saved = `${firefox.downloads}/a.bin`
    await until('the file is saved', async () => (await sha256Of(saved)) === file.sha256)
  })
})

async function expectSaved(tab: Page, file: RandomFile): Promise<void> {
  await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
  const downloading = tab.waitForEvent('download')
  await tab.getByRole('button', { name: 'Save a.bin' }).click()
  expect(await sha256Of(await (await downloading).path())).toBe(file.sha256)
}
