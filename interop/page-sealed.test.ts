/** A sealed share on the page of a share link, which opens it in the browser only. */
import { readFile } from 'node:fs/promises'
import { parseMagnet } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { formatShareLink } from '../packages/links/src/index.ts'
import { sha256Of, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { NOTES, sealFiles } from './support/sealed-shares.ts'
import { Seeder } from './support/seeder.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('chromium-headless-shell', 'age'))('the page of a share link: sealed shares', () => {
  const browser = useBrowser()

  test('the key in the link decrypts displayed and saved files, but not stored ones', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    const { path, key } = await sealFiles(dir, { by: 'key' })
    const { magnet } = await seeder.seed(path, [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'key', key: key! } })
    const { page: tab, problems } = await browser.open(link)
    await tab.getByRole('button', { name: 'Show notes.txt' }).click()
    await tab.getByText('under the third stone').waitFor()
    await tab.getByRole('button', { name: 'Close' }).click()
    await tab.getByRole('heading', { level: 1, name: 'Plans' }).waitFor()
    await tab.getByText('2 files').waitFor()
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save large.bin' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('large.bin')
    expect(await sha256Of(await download.path())).toBe(await sha256Of(dir.join('large.bin')))
    expect((await readFile(path)).includes(NOTES)).toBe(false)
    expect(problems).toEqual([])
  })
})
