/** Sealed shares on the page of a share link: opened by the key in the link or by a passphrase, in the browser only. */
import { readFile, writeFile } from 'node:fs/promises'
import { parseMagnet } from '@shoal/torrent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatShareLink } from '../packages/links/src/index.ts'
import { bytesSource, createSeal, SealedContent } from '../packages/sealed/src/index.ts'
import { Browser } from './support/browser.ts'
import { sha256Of, type TempDir, tempDir } from './support/files.ts'
import { type BuiltPage, buildPage, PageSite } from './support/page-site.ts'
import { Seeder } from './support/seeder.ts'
import { lacking } from './support/tools.ts'

const NOTES = 'The key is under the third stone.\n'
let page: BuiltPage
let browser: Browser

/** Notes and three megabytes, sealed, in a file. */
async function sealTo(dir: TempDir, to: Parameters<typeof createSeal>[0]) {
  const seal = await createSeal(to)
  const large = new Uint8Array(3_000_000).map((_, index) => index * 7)
  await writeFile(dir.join('large.bin'), large)
  const content = new SealedContent(
    [
      { path: ['Plans', 'notes.txt'], content: bytesSource(new TextEncoder().encode(NOTES)) },
      { path: ['Plans', 'large.bin'], content: bytesSource(large) },
    ],
    seal,
  )
  const path = dir.join('sealed.age')
  await writeFile(path, await content.read(0, content.lengthBytes))
  return { path, key: seal.key }
}

describe.skipIf(lacking('chromium'))('the page of a share link: sealed shares', () => {
  beforeAll(async () => {
    page = await buildPage()
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await page?.[Symbol.asyncDispose]()
  })

  test('the key in the link opens it: names, texts and what is saved are plain, what is kept is not', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start(page.folder)
    await using seeder = await Seeder.start()
    const { path, key } = await sealTo(dir, { by: 'key' })
    const { magnet } = await seeder.seed(path, [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'key', key: key! } })
    const { page: tab, problems } = await browser.open(link)
    await tab.getByRole('button', { name: 'Show Plans/notes.txt' }).click()
    await tab.getByText('under the third stone').waitFor()
    await tab.getByRole('button', { name: 'Close' }).click()
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save Plans/large.bin' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('large.bin')
    expect(await sha256Of(await download.path())).toBe(await sha256Of(dir.join('large.bin')))
    expect((await readFile(path)).includes(NOTES)).toBe(false)
    expect(problems).toEqual([])
  }, 120_000)

  test('a passphrase is asked for; a wrong one says so', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start(page.folder)
    await using seeder = await Seeder.start()
    const { path } = await sealTo(dir, { by: 'passphrase', passphrase: 'green herring' })
    const { magnet } = await seeder.seed(path, [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'passphrase' } })
    const { page: tab, problems } = await browser.open(link)
    await tab.getByLabel('Passphrase').fill('red herring')
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    await tab.getByText('The passphrase is wrong').waitFor({ timeout: 60_000 })
    await tab.getByLabel('Passphrase').fill('green herring')
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    await tab.getByRole('button', { name: 'Show Plans/notes.txt' }).waitFor({ timeout: 60_000 })
    expect(problems).toEqual([])
  }, 180_000)
})
