/** Files and folders dropped on the page of a share link. */
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { screenshot } from './support/browser.ts'
import { dragging } from './support/drag.ts'
import { difference, filesBelow, randomFile, randomTree, tempDir } from './support/files.ts'
import { linkedMagnet } from './support/linked-magnet.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { asks, choose, getLink } from './support/share-form.ts'
import { missing } from './support/tools.ts'

/** Drops files and folders of this machine, like a file manager. */
const drop = (tab: Page, ...files: string[]) => dropAt(tab, { x: 200, y: 300 }, ...files)

const dropAt = (tab: Page, at: { x: number; y: number }, ...files: string[]) =>
  dragging(tab, at, files, async drag => {
    await drag.enter()
    await drag.drop()
  })

describe.skipIf(missing('chromium-headless-shell'))('dropping on the page', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test('shares files and folders unchanged, including empty files and equal names', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start()
    await randomTree(dir.join('one'), { 'note.txt': 500, 'Trip/a.bin': 300_000, 'Trip/day 2/empty': 0 })
    await mkdir(dir.join('one', 'Trip', 'nothing in it'))
    await randomTree(dir.join('two'), { 'note.txt': 700 }, 2)
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('one', 'note.txt'), dir.join('one', 'Trip'), dir.join('two', 'note.txt'))
    await tab.getByText('4 files, 301 kB').waitFor()
    await tab.getByLabel('Name that others see').fill('Holidays')
    const magnet = linkedMagnet(await getLink(tab))
    await mkdir(dir.join('got'))
    await seeder.get(magnet, dir.join('got'))
    await mkdir(dir.join('sent', 'Holidays'), { recursive: true })
    execFileSync('cp', [
      '-r',
      dir.join('one', 'note.txt'),
      dir.join('one', 'Trip'),
      dir.join('sent', 'Holidays'),
    ])
    // Chromium numbers equal names itself; in other browsers the page does.
    execFileSync('cp', [dir.join('two', 'note.txt'), dir.join('sent', 'Holidays', 'note (1).txt')])
    expect(await difference(dir.join('sent'), dir.join('got'))).toBeNull()
    expect(problems).toEqual([])
  })

  test('reports that there is nothing to share', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start()
    await mkdir(dir.join('hollow', 'deeper'), { recursive: true })
    await writeFile(dir.join('blank.txt'), '')
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('hollow'))
    await tab.getByText('There are no files in it.').waitFor()
    await drop(tab, dir.join('blank.txt'))
    await tab.getByText('1 file, 0 B').waitFor()
    await tab.getByRole('button', { name: 'Get a link' }).click()
    await tab.getByText('blank.txt is empty. Choose a file or folder with content.').waitFor()
    expect(problems).toEqual([])
  })

  test('keeps chosen files when the user returns to the start page', async () => {
    await using dir = await tempDir('home')
    await using site = await PageSite.start()
    await randomFile(dir.join('mine.bin'), 1000)
    const { page: tab, problems } = await browser.open(site.url)
    await choose(tab, dir.join('mine.bin'))
    await tab.getByLabel('Name that others see').fill('Mine for you.bin')
    await tab.getByRole('link', { name: 'Shoal' }).click()
    await tab.waitForURL('**/#/')
    expect(await tab.getByLabel('Name that others see').inputValue()).toBe('Mine for you.bin')
    expect(problems).toEqual([])
  })

  test('shares hundreds of small files', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start()
    const names = Array.from({ length: 300 }, (_, i) => `${i % 20}/file ${i}.bin`)
    await randomTree(dir.join('Many'), Object.fromEntries(names.map((name, i) => [name, i])))
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('Many'))
    await tab.getByText('300 files').waitFor()
    const magnet = linkedMagnet(await getLink(tab))
    await mkdir(dir.join('got'))
    await seeder.get(magnet, dir.join('got'))
    expect(await difference(dir.join('Many'), dir.join('got', 'Many'))).toBeNull()
    expect((await filesBelow(dir.join('Many'))).length).toBe(300)
    expect(problems).toEqual([])
  })

  test('shares files dropped on an open share without leaving the page', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('theirs.bin'), 400_000)
    await randomFile(dir.join('mine.bin'), 300_000, 2)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('heading', { level: 1, name: 'theirs.bin' }).waitFor()
    await drop(tab, dir.join('mine.bin'))
    expect(await tab.getByLabel('Name that others see').inputValue()).toBe('mine.bin')
    expect(await getLink(tab)).toContain(`${site.url}#s2`)
    expect(problems).toEqual([])
  })

  test('a share resumes after a reload only when its own files are chosen again', async () => {
    await using dir = await tempDir('again')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('mine.bin'), 700_000)
    await randomFile(dir.join('other', 'mine.bin'), 700_000, 2)
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, file.path)
    await tab.getByLabel('Name that others see').fill('Mine for you.bin')
    const link = await getLink(tab)
    await tab.getByText('Nobody is loading it yet: send the link.').waitFor()
    // No other machine can reach a page of this one.
    await tab.getByText('This link works on this computer only').waitFor()
    expect(await tab.getByRole('button', { name: 'QR code' }).count()).toBe(0)
    expect(await tab.getByText('Complete and verified').count()).toBe(0)
    await screenshot(tab, 'page-sender')
    await expect.poll(() => asks(tab)).toBe(true)
    await tab.reload()
    await tab.getByText('You shared this from this device.').waitFor()
    expect(await asks(tab)).toBe(false)
    await choose(tab, dir.join('other', 'mine.bin'))
    await tab.getByText('These are other files').waitFor()
    await choose(tab, file.path)
    expect(await tab.getByLabel('Link to this share').inputValue()).toBe(link)
    await tab.getByText('You shared this from this device.').waitFor({ state: 'detached' })
    const { page: theirs } = await browser.open(link)
    await theirs.getByRole('button', { name: /^Download / }).click()
    await theirs.getByText('Complete and verified').waitFor()
    await tab.getByText('All of it has been sent at least once.').waitFor()
    await expect.poll(() => asks(tab)).toBe(false)
    await tab.getByRole('link', { name: 'Share files' }).click()
    // Once: what was stored before is not listed again.
    await expect.poll(() => tab.getByRole('button', { name: /^Forget/ }).count()).toBe(1)
    expect(problems).toEqual([])
  })

  test('a share resumes after a reload when its folder is dropped', async () => {
    await using dir = await tempDir('again')
    await using site = await PageSite.start()
    await randomTree(dir.join('Trip'), { 'a.bin': 300_000, 'day 2/b.bin': 20_000 })
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('Trip'))
    const magnet = linkedMagnet(await getLink(tab))
    await tab.reload()
    await tab.getByText('You shared this from this device.').waitFor()
    const box = await tab.getByText('Drop files or a folder here').boundingBox()
    await dropAt(tab, box!, dir.join('Trip'))
    await tab.getByText('You are sharing this. Keep this tab open').waitFor()
    await mkdir(dir.join('got'))
    await seeder.get(magnet, dir.join('got'))
    expect(await difference(dir.join('Trip'), dir.join('got', 'Trip'))).toBeNull()
    expect(problems).toEqual([])
  })
})
