/** The page of a share link in Debian's Firefox. */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { blobSource, OpenedShare } from '../packages/sealed/src/index.ts'
import { difference, randomTree, sha256Of, tempDir } from './support/files.ts'
import { click, type Firefox, launchFirefox, shows } from './support/firefox.ts'
import { linkedMagnet } from './support/linked-magnet.ts'
import { PageSite } from './support/page-site.ts'
import { useSeeder } from './support/page-tests.ts'
import { NOTES } from './support/sealed-shares.ts'
import { NOBODY_IS_THERE } from './support/share-form.ts'
import { missing, toolPath } from './support/tools.ts'

const LIMIT = { timeoutMs: limitMs(90), intervalMs: 250 }

describe.skipIf(missing('firefox-esr', 'python3'))('the page of a share link in Firefox', () => {
  const seeder = useSeeder()
  // Each test has a separate site, and thus a separate origin.
  let firefox: Firefox
  beforeAll(async () => {
    firefox = await launchFirefox()
  })
  afterAll(() => firefox?.[Symbol.asyncDispose]())

  test('shows a share, downloads it, previews it through its service worker and keeps it after a reload', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Harbour'), { 'large.bin': 5_000_000 })
    await writeFile(dir.join('Harbour', 'notes.txt'), 'The boats leave at dawn.\n')
    const { magnet } = await seeder.seed(dir.join('Harbour'), [site.announce])
    const tab = await firefox.open(`${site.url}#${magnet}`)
    await shows(tab, '1 device has all of it')
    await click(tab, 'Download 5.00')
    await shows(tab, 'Complete and verified')
    await click(tab, 'Show notes.txt')
    await shows(tab, 'The boats leave at dawn.')
    await tab.reload()
    await shows(tab, 'Complete and verified')
    expect(site.requested.filter(path => /~|Harbour|btih/.test(path))).toEqual([])
    await tab.close()
  })

  test('saves a file and a folder through its service worker', async () => {
    await using dir = await tempDir('saving')
    await using site = await PageSite.start()
    const files = await randomTree(dir.join('Trip'), {
      'a.bin': 16_000_000,
      'day 2/b.bin': 2_000_000,
      empty: 0,
    })
    const { magnet } = await seeder.seed(dir.join('Trip'), [site.announce])
    const tab = await firefox.open(`${site.url}#${magnet}`)
    await click(tab, 'Download 1')
    await shows(tab, 'Complete and verified')
    await click(tab, 'Save a.bin')
    await untilSaved(firefox.downloads, 'a.bin')
    expect(await sha256Of(`${firefox.downloads}/a.bin`)).toBe(files['a.bin']!.sha256)
    await click(tab, 'Save all')
    await untilSaved(firefox.downloads, 'Trip.zip')
    await mkdir(dir.join('got'))
    const zip = `${firefox.downloads}/Trip.zip`
    execFileSync(toolPath('python3'), ['-m', 'zipfile', '-e', zip, dir.join('got')])
    expect(await difference(dir.join('Trip'), dir.join('got', 'Trip'))).toBeNull()
    await tab.close()
  })

  test('seals a file with a key, which opens it elsewhere and after a reload', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('notes.txt'), NOTES)
    const tab = await firefox.open(site.url)
    await shows(tab, 'Choose files')
    await (await tab.$('input[type=file]'))!.uploadFile(dir.join('notes.txt'))
    await until('there is a box', () => clickLabel(tab, 'Seal it'), LIMIT)
    await shows(tab, 'Who can open it')
    await click(tab, 'Seal and get a link')
    await shows(tab, 'Copy link')
    const link = await tab.evaluate(() => document.querySelector<HTMLInputElement>('input[readonly]')!.value)
    const { seal } = parseShareLink(link)
    await mkdir(dir.join('got'))
    const got = await seeder.get(linkedMagnet(link), dir.join('got'))
    const sealed = blobSource(new Blob([await readFile(got.files[0]!)]))
    const share = await OpenedShare.open(sealed, seal?.by === 'key' ? { key: seal.key } : {})
    const file = await share.file(['notes.txt'])
    expect(new TextDecoder().decode(await file.read(0, file.lengthBytes))).toBe(NOTES)
    await tab.reload()
    await shows(tab, 'Complete and verified')
    await click(tab, 'Show notes.txt')
    await shows(tab, 'under the third stone')
    await tab.close()
  })

  test('can connect to others', async () => {
    await using site = await PageSite.withoutTracker()
    const tab = await firefox.open(`${site.url}#magnet:?xt=urn:btih:${'ab'.repeat(20)}`)
    await shows(tab, ...NOBODY_IS_THERE)
    await tab.close()
  })
})

const clickLabel = (tab: Page, name: string) =>
  tab.evaluate(start => {
    const found = [...document.querySelectorAll('label')].find(each => each.innerText.startsWith(start))
    found?.click()
    return found !== undefined
  }, name)

/**
 * Waits until Firefox has saved a file. While it writes the file, there is an empty placeholder
 * next to it.
 */
const untilSaved = (folder: string, name: string) =>
  until(
    `${name} is saved`,
    () => statSync(`${folder}/${name}`).size > 0 && !readdirSync(folder).some(each => each.endsWith('.part')),
    LIMIT,
  )
