/**
 * Sealing on the page of a share link while users click twice, open other views or lose their
 * connection.
 */

import { writeFile } from 'node:fs/promises'
import { parseMagnet } from '@shoal/torrent'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { formatShareLink } from '../packages/links/src/index.ts'
import { bytesSource, createSeal, SealedContent } from '../packages/sealed/src/index.ts'
import { randomFile, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { asks, choose } from './support/share-form.ts'
import { missing } from './support/tools.ts'

/** Sealing it takes long enough to be observed. */
const LARGE_BYTES = 80_000_000

/** Starts sealing the file, then opens an address without a share. */
async function sealAndLeave(tab: Page, path: string): Promise<void> {
  await choose(tab, path)
  await tab.getByRole('checkbox', { name: 'Seal it' }).check()
  await tab.getByRole('button', { name: 'Seal and get a link' }).click()
  await tab.getByText(/^Sealing: /).waitFor()
  await tab.evaluate(() => {
    location.hash = '#nothing'
  })
  await tab.getByText('This address contains no share').waitFor()
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: while it seals', () => {
  const browser = useBrowser()

  test('pressing the button twice seals one share', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('notes.txt'), 'notes')
    const { page: tab, problems } = await browser.open(site.url)
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    await tab.evaluate(() => {
      const workers: string[] = []
      Reflect.set(globalThis, 'workers', workers)
      const { Worker } = globalThis
      globalThis.Worker = class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options)
          workers.push(options?.name ?? '')
        }
      }
    })
    await tab.getByRole('button', { name: 'Seal and get a link' }).dblclick()
    await tab.getByLabel('Link to this share').waitFor()
    expect(await tab.evaluate(() => Reflect.get(globalThis, 'workers'))).toEqual(['en'])
    expect(problems).toEqual([])
  })

  test('other views show the progress, ask before leaving and stay open at the end', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomFile(dir.join('large.bin'), LARGE_BYTES)
    const { page: tab, problems } = await browser.open(site.url)
    await sealAndLeave(tab, dir.join('large.bin'))
    await tab.getByText(/^Sealing: /).waitFor()
    expect(await asks(tab)).toBe(true)
    await tab.getByText('The link to large.bin is ready.').waitFor()
    expect(await asks(tab)).toBe(false)
    await tab.getByText('This address contains no share').waitFor()
    await tab.getByRole('link', { name: 'Show it' }).click()
    await tab.getByLabel('Link to this share').waitFor()
    expect(await tab.getByText('is ready.').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('other views can cancel sealing', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomFile(dir.join('large.bin'), LARGE_BYTES)
    const { page: tab, problems } = await browser.open(site.url)
    await sealAndLeave(tab, dir.join('large.bin'))
    await tab.getByRole('button', { name: 'Cancel' }).click()
    await tab.getByText(/^Sealing: /).waitFor({ state: 'detached' })
    expect(await asks(tab)).toBe(false)
    expect(problems).toEqual([])
  })

  test('reports code that cannot be loaded and allows a retry', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('notes.txt'), 'notes')
    const context = { serviceWorkers: 'block' } as const
    const { page: tab } = await browser.open(site.url, context)
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    await tab
      .getByRole('radio', { name: /^Anyone with the link/ })
      .first()
      .waitFor()
    site.withhold(/^\/assets\/(seal-form|ask-worker)/)
    await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    await tab.getByText('A part of this page could not be loaded').waitFor()
    expect(await tab.getByRole('button', { name: 'Seal and get a link' }).isEnabled()).toBe(true)
  })

  test('asks before closing without storage while the content of a sealed share is not saved yet', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    const seal = await createSeal({ by: 'passphrase', passphrase: 'green herring', workFactor: 10 })
    const content = new SealedContent(
      [{ path: ['a.txt'], content: bytesSource(new Uint8Array(4_000_000)) }],
      seal,
    )
    await writeFile(dir.join('sealed.age'), await content.read(0, content.lengthBytes))
    const { magnet } = await seeder.seed(dir.join('sealed.age'), [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'passphrase' } })
    const { page: tab, context, problems } = await browser.open('about:blank')
    // Like private windows of some browsers.
    await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'))
    await tab.goto(link)
    await tab.getByLabel('Passphrase').fill('green herring')
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    // Opening reads the beginning only.
    await tab.getByRole('button', { name: /^Download / }).click()
    await tab.getByText('Complete and verified').waitFor()
    await expect.poll(() => asks(tab)).toBe(true)
    expect(problems).toEqual([])
  })
})
