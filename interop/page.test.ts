/**
 * The page of a share link in Debian's Chromium, with our engine in another process as the seed,
 * and a real tracker.
 */
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { randomFile, randomTree, sha256Of, tempDir } from './support/files.ts'
import { linkedMagnet } from './support/linked-magnet.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test('downloads over WebRTC, shows its progress and saves', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('harbour.bin'), 10_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('heading', { level: 1, name: 'harbour.bin' }).waitFor()
    await tab.getByRole('button', { name: 'Download 10.0 MB' }).click()
    await tab.getByText('Complete and verified').waitFor()
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save', exact: true }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('harbour.bin')
    expect(await sha256Of(await download.path())).toBe(file.sha256)
    expect(problems).toEqual([])
    expect(site.requested.filter(path => /harbour|magnet|btih|~/.test(path))).toEqual([])
  })

  test('shares chosen files with an engine and another page', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const files = await randomTree(dir.join('Trip'), { 'a.bin': 300_000, 'day 2/b.bin': 2_000_000 })
    const first = await browser.open(site.url)
    const choosing = first.page.waitForEvent('filechooser')
    await first.page.getByRole('button', { name: 'Choose a folder' }).click()
    await (await choosing).setFiles(dir.join('Trip'))
    expect(await first.page.getByLabel('Name that others see').inputValue()).toBe('Trip')
    await first.page.getByRole('button', { name: 'Get a link' }).click()
    const link = await first.page.getByLabel('Link to this share').inputValue()
    expect(link.startsWith(`${site.url}#s2`)).toBe(true)
    await mkdir(dir.join('got'))
    const got = await seeder.get(linkedMagnet(link), dir.join('got'))
    expect(await Promise.all(got.files.map(sha256Of))).toEqual(
      [files['a.bin'], files['day 2/b.bin']].map(file => file!.sha256),
    )
    const second = await browser.open(link)
    await second.page.getByRole('button', { name: 'Download 2.30 MB' }).click()
    await second.page.getByText('Complete and verified').waitFor()
    // The page gets a folder in the browser's storage, because no user answers the dialog.
    await second.page.evaluate(() => {
      Reflect.set(globalThis, 'showDirectoryPicker', async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('saved', { create: true }),
      )
    })
    // An existing folder with that name stays unchanged.
    await second.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle('saved', { create: true })
      await folder.getDirectoryHandle('Trip', { create: true })
    })
    await second.page.getByRole('button', { name: 'Save all' }).click()
    await second.page.getByText('Trip is saved.').waitFor()
    const saved = await second.page.evaluate(async () => {
      const parent = await (await navigator.storage.getDirectory()).getDirectoryHandle('saved')
      const folder = await parent.getDirectoryHandle('Trip (2)')
      const file = await (await folder.getDirectoryHandle('day 2')).getFileHandle('b.bin')
      const digest = await crypto.subtle.digest('SHA-256', await (await file.getFile()).arrayBuffer())
      return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
    })
    expect(saved).toBe(files['day 2/b.bin']!.sha256)
    expect([...first.problems, ...second.problems]).toEqual([])
  })

  test('sharing can be stopped while files are read', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('big.bin'), '')
    await truncate(dir.join('big.bin'), 400_000_000)
    const { page: tab, problems } = await browser.open(site.url)
    const choosing = tab.waitForEvent('filechooser')
    await tab.getByRole('button', { name: 'Choose files' }).click()
    await (await choosing).setFiles(dir.join('big.bin'))
    await tab.getByRole('button', { name: 'Get a link' }).click()
    await tab.getByRole('button', { name: 'Cancel' }).click()
    await tab
      .getByRole('button', { name: 'Choose files' })
      .or(tab.getByLabel('Name that others see'))
      .waitFor()
    expect(problems).toEqual([])
  })
})
