/** What people drop on the page: files, folders, nothing, many; on whatever it shows. */
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { formatMagnet } from '@shoal/torrent'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { difference, filesBelow, randomFile, randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useBuiltPage } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { lacking } from './support/tools.ts'

/** Drops what lies on the disk, as a file manager does. */
async function drop(tab: Page, ...files: string[]): Promise<void> {
  const devtools = await tab.context().newCDPSession(tab)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data })
  await devtools.detach()
}

async function getLink(tab: Page): Promise<string> {
  await tab.getByRole('button', { name: 'Get a link' }).click()
  return tab.getByLabel('Link to this share').inputValue()
}

describe.skipIf(lacking('chromium'))('dropping on the page', () => {
  const page = useBuiltPage()
  const browser = useBrowser()

  test('files and folders together, empty ones and two of one name among them, arrive as they are', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start(page.folder)
    await using other = await Seeder.start()
    await randomTree(dir.join('one'), { 'note.txt': 500, 'Trip/a.bin': 300_000, 'Trip/day 2/empty': 0 })
    await mkdir(dir.join('one', 'Trip', 'nothing in it'))
    await randomTree(dir.join('two'), { 'note.txt': 700 }, 2)
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('one', 'note.txt'), dir.join('one', 'Trip'), dir.join('two', 'note.txt'))
    await tab.getByText('4 files, 301 kB').waitFor()
    await tab.getByLabel('Name that others see').fill('Holidays')
    const { magnet } = parseShareLink(await getLink(tab))
    await mkdir(dir.join('got'))
    await other.get(formatMagnet(magnet), dir.join('got'))
    await mkdir(dir.join('sent', 'Holidays'), { recursive: true })
    execFileSync('cp', [
      '-r',
      dir.join('one', 'note.txt'),
      dir.join('one', 'Trip'),
      dir.join('sent', 'Holidays'),
    ])
    // Chromium numbers them itself, where other browsers leave that to the page.
    execFileSync('cp', [dir.join('two', 'note.txt'), dir.join('sent', 'Holidays', 'note (1).txt')])
    expect(await difference(dir.join('sent'), dir.join('got'))).toBeNull()
    expect(problems).toEqual([])
  })

  test('where there is nothing to share, the page says so', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start(page.folder)
    await mkdir(dir.join('hollow', 'deeper'), { recursive: true })
    await writeFile(dir.join('blank.txt'), '')
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('hollow'))
    await tab.getByText('There are no files in it.').waitFor()
    await drop(tab, dir.join('blank.txt'))
    await tab.getByText('1 file, 0 B').waitFor()
    await tab.getByRole('button', { name: 'Get a link' }).click()
    await tab.getByText('share something that is not empty').waitFor()
    expect(problems).toEqual([])
  })

  test('a thousand small files', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start(page.folder)
    await using other = await Seeder.start()
    const names = Array.from({ length: 1000 }, (_, i) => `${i % 20}/file ${i}.bin`)
    await randomTree(dir.join('Many'), Object.fromEntries(names.map((name, i) => [name, i])))
    const { page: tab, problems } = await browser.open(site.url)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await drop(tab, dir.join('Many'))
    await tab.getByText('1,000 files').waitFor()
    const { magnet } = parseShareLink(await getLink(tab))
    await mkdir(dir.join('got'))
    await other.get(formatMagnet(magnet), dir.join('got'))
    expect(await difference(dir.join('Many'), dir.join('got', 'Many'))).toBeNull()
    expect((await filesBelow(dir.join('Many'))).length).toBe(1000)
    expect(problems).toEqual([])
  })

  test('files that are dropped on a share do not end the page: they are shared', async () => {
    await using dir = await tempDir('dropping')
    await using site = await PageSite.start(page.folder)
    await using seeder = await Seeder.start()
    const file = await randomFile(dir.join('theirs.bin'), 400_000)
    await randomFile(dir.join('mine.bin'), 300_000, 2)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('heading', { level: 1, name: 'theirs.bin' }).waitFor()
    await drop(tab, dir.join('mine.bin'))
    expect(await tab.getByLabel('Name that others see').inputValue()).toBe('mine.bin')
    expect(await getLink(tab)).toContain(`${site.url}#s1`)
    expect(problems).toEqual([])
  })
})
