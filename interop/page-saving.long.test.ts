/** Saving files and folders from the page of a share link, without holding them in memory. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { Browser as Driven, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchWithProfile } from './support/browser.ts'
import { difference, randomFile, randomTree, sha256Of, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useSeeder } from './support/page-tests.ts'
import { missing, toolPath } from './support/tools.ts'

const MIB = 2 ** 20
/** The pages can use half of it: their buffers take up to 60 MiB, however large the file is. */
const LARGE_BYTES = 160 * MIB
const TREE = { 'a.bin': 300_000, 'day 2/b: the sea?.bin': 2_000_000, 'day 2/empty': 0, 'é/日本.bin': 5 }

/** Replaces the file dialog, which no user answers, by a handle in the browser's storage. */
const answerPicker = (tab: Page) =>
  tab.evaluate(() =>
    Reflect.set(globalThis, 'showSaveFilePicker', async ({ suggestedName }: { suggestedName: string }) =>
      (await navigator.storage.getDirectory()).getFileHandle(`saved-${suggestedName}`, { create: true }),
    ),
  )

/** Simulates browsers in which pages cannot write to the disk. */
const withoutPickers = (tab: Page) =>
  tab.evaluate(() => {
    for (const name of ['showSaveFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(globalThis, name)
  })

function unzip(archive: string, folder: string): void {
  execFileSync(toolPath('python3'), ['-m', 'zipfile', '-t', archive])
  execFileSync(toolPath('python3'), ['-m', 'zipfile', '-e', archive, folder])
}

const seeder = useSeeder()

describe.skipIf(missing('chromium', 'python3'))('saving in Chromium', () => {
  test('streams a large file to disk through the service worker and through a chosen file', async () => {
    await using dir = await tempDir('saving')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('large.bin'), LARGE_BYTES)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    await using context = await launchWithProfile()
    const tab = await context.newPage()
    await tab.goto(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await tab.getByText('Complete and verified').waitFor()
    await answerPicker(tab)
    const picked = await watchMemory(context.browser()!, async () => {
      await tab.getByRole('button', { name: 'Save', exact: true }).click()
      await tab.getByText('large.bin is saved.').waitFor()
    })
    const [length, isSame] = await tab.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const saved = await (await root.getFileHandle('saved-large.bin')).getFile()
      const shoal = await (await root.getDirectoryHandle('shoal')).getDirectoryHandle('files')
      const folder = (await shoal.values().next()).value as FileSystemDirectoryHandle
      const kept = await (await folder.getFileHandle('large.bin')).getFile()
      for (let at = 0; at < kept.size; at += 32 * 2 ** 20) {
        const [one, other] = await Promise.all(
          [saved, kept].map(
            async each =>
              new BigUint64Array(await each.slice(at, Math.min(kept.size, at + 32 * 2 ** 20)).arrayBuffer()),
          ),
        )
        if (one!.some((value, i) => value !== other![i])) return [saved.size, false]
      }
      return [saved.size, true]
    })
    expect([length, isSame]).toEqual([LARGE_BYTES, true])
    await withoutPickers(tab)
    const downloading = tab.waitForEvent('download')
    const streamed = await watchMemory(context.browser()!, async () => {
      await tab.getByRole('button', { name: 'Save', exact: true }).click()
      expect(await sha256Of(await (await downloading).path())).toBe(file.sha256)
    })
    console.log(`grows by ${toMiB(picked)} MiB with a picked file, ${toMiB(streamed)} MiB as a download`)
    expect(picked).toBeLessThan(LARGE_BYTES / 2)
    expect(streamed).toBeLessThan(LARGE_BYTES / 2)
  })

  test('saves a folder as an archive if pages cannot write to folders', async () => {
    await using dir = await tempDir('saving')
    await using site = await PageSite.start()
    await randomTree(dir.join('Trip'), TREE)
    const { magnet } = await seeder.seed(dir.join('Trip'), [site.announce])
    await using context = await launchWithProfile()
    const tab = await context.newPage()
    await tab.goto(`${site.url}#${magnet}`)
    await withoutPickers(tab)
    await tab.getByRole('button', { name: /^Download / }).click()
    const downloading = tab.waitForEvent('download')
    // Missing files are downloaded before it is their turn in the archive.
    await tab.getByRole('button', { name: 'Save all' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('Trip.zip')
    await mkdir(dir.join('got'))
    unzip(await download.path(), dir.join('got'))
    await randomTree(dir.join('as saved'), {})
    execFileSync('cp', ['-r', dir.join('Trip'), dir.join('as saved')])
    execFileSync('mv', [
      dir.join('as saved', 'Trip', 'day 2', 'b: the sea?.bin'),
      dir.join('as saved', 'Trip', 'day 2', 'b_ the sea_.bin'),
    ])
    expect(await difference(dir.join('as saved'), dir.join('got'))).toBeNull()
  })
})

/**
 * Returns the largest memory growth of a process during `work`, among the browser and its pages and
 * workers.
 */
async function watchMemory(browser: Driven, work: () => Promise<void>): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const first = new Map<number, number>()
  let growth = 0
  const measure = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    for (const { id } of processInfo) {
      const bytes = privateBytes(id)
      if (!first.has(id)) first.set(id, bytes)
      growth = Math.max(growth, bytes - first.get(id)!)
    }
  }
  await measure()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  while (!isDone) {
    await measure()
    await Promise.race([working.catch(() => {}), new Promise(resolve => setTimeout(resolve, 100))])
  }
  await working
  return growth
}

/** Returns the private memory of a process. */
function privateBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return (
      1024 *
      ['RssAnon', 'RssShmem'].reduce(
        (sum, name) => sum + Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0),
        0,
      )
    )
  } catch {
    return 0
  }
}

const toMiB = (bytes: number) => Math.round(bytes / MIB)
