/** Sealing in the page of a share link, in Debian's Firefox. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import { formatMagnet } from '@shoal/torrent'
import type { Page } from 'puppeteer-core'
import { describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { blobSource, OpenedShare } from '../packages/sealed/src/index.ts'
import { tempDir } from './support/files.ts'
import { launchFirefox } from './support/firefox.ts'
import { PageSite } from './support/page-site.ts'
import { Seeder } from './support/seeder.ts'
import { missing } from './support/tools.ts'

const LIMIT = { timeoutMs: limitMs(90), intervalMs: 250 }
const NOTES = 'The key is under the third stone.\n'

const shows = (tab: Page, text: string) =>
  until(
    `the page shows "${text}"`,
    () => tab.evaluate(words => document.body.innerText.includes(words), text),
    LIMIT,
  )

/** Clicks the label, or the button once it is enabled, that begins with the text. */
const click = (tab: Page, name: string) =>
  until(
    `there is "${name}"`,
    () =>
      tab.evaluate(start => {
        const found = [...document.querySelectorAll<HTMLElement>('button:enabled, label')].find(each =>
          (each.ariaLabel ?? each.innerText).startsWith(start),
        )
        found?.click()
        return found !== undefined
      }, name),
    LIMIT,
  )

const passwords = (tab: Page, count: number, text: string) =>
  until(
    `there are ${count} fields for passphrases`,
    async () => (await tab.$$('input[type=password]')).length === count,
    LIMIT,
  ).then(async () => {
    for (const field of await tab.$$('input[type=password]')) await field.type(text)
  })

/** Chooses a file to seal. */
async function choose(tab: Page, path: string): Promise<void> {
  await shows(tab, 'Choose files')
  await (await tab.$('input[type=file]'))!.uploadFile(path)
  await click(tab, 'Seal it')
  await shows(tab, 'Who can open it')
}

async function sealAndGetLink(tab: Page): Promise<string> {
  await click(tab, 'Seal and get a link')
  await shows(tab, 'Copy link')
  return tab.evaluate(() => document.querySelector<HTMLInputElement>('input[readonly]')!.value)
}

describe.skipIf(missing('firefox-esr'))('sealed shares in Firefox', () => {
  test('shares sealed with a key or a passphrase open elsewhere and after a reload', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using other = await Seeder.start()
    await writeFile(dir.join('notes.txt'), NOTES)
    await using firefox = await launchFirefox()
    const tab = await firefox.open(site.url)
    await choose(tab, dir.join('notes.txt'))
    const { magnet, seal } = parseShareLink(await sealAndGetLink(tab))
    await mkdir(dir.join('got'))
    const got = await other.get(formatMagnet(magnet), dir.join('got'))
    const sealed = blobSource(new Blob([await readFile(got.files[0]!)]))
    const share = await OpenedShare.open(sealed, seal?.by === 'key' ? { key: seal.key } : {})
    const file = await share.file(['notes.txt'])
    expect(new TextDecoder().decode(await file.read(0, file.lengthBytes))).toBe(NOTES)
    await tab.reload()
    await shows(tab, 'Complete and verified')
    await click(tab, 'Show notes.txt')
    await shows(tab, 'under the third stone')
    await tab.goto(site.url)
    await choose(tab, dir.join('notes.txt'))
    await click(tab, 'Anyone with the link and a passphrase')
    await passwords(tab, 2, 'green herring lamp boat')
    expect(parseShareLink(await sealAndGetLink(tab)).seal).toEqual({ by: 'passphrase' })
    await shows(tab, 'sealed with a passphrase')
    await passwords(tab, 1, 'green herring lamp boat')
    await click(tab, 'Open')
    await shows(tab, 'notes.txt')
  })
})
