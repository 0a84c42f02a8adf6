/** The page that a share link opens, in Debian's Chromium, with a real engine in another process as the seed, over a real tracker. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { randomFile, sha256Of, tempDir } from './support/files.ts'
import { type BuiltPage, buildPage, PageSite } from './support/page-site.ts'
import { Seeder } from './support/seeder.ts'
import { lacking } from './support/tools.ts'

let page: BuiltPage
let browser: Browser

describe.skipIf(lacking('chromium'))('the page of a share link', () => {
  beforeAll(async () => {
    page = await buildPage()
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await page?.[Symbol.asyncDispose]()
  })

  test('downloads over WebRTC, shows how far it is, and saves', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start(page.folder)
    await using seeder = await Seeder.start()
    const file = await randomFile(dir.join('harbour.bin'), 20_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('heading', { level: 1, name: 'harbour.bin' }).waitFor()
    await tab.getByRole('button', { name: 'Download 20.0 MB' }).click()
    await tab.getByText('Complete and verified').waitFor({ timeout: 60_000 })
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save', exact: true }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('harbour.bin')
    expect(await sha256Of(await download.path())).toBe(file.sha256)
    expect(problems).toEqual([])
    expect(site.asked.filter(path => /harbour|magnet|btih|~/.test(path))).toEqual([])
    expect((await readFile(file.path)).length).toBe(20_000_000)
  })
})
