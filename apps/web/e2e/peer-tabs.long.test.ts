import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lackingChromium } from './testing/console.ts'
import { type TestContent, testContent } from './testing/content.ts'
import { type BuiltPages, buildPages, killTab, launchChromium } from './testing/pages.ts'
import { WebSeed } from './testing/web-seed.ts'

const SIZES = [8_000_000]

/** Opens the page, and its peer in `window.peer`. */
async function openPeer(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.evaluate(() => {
    window.peer = window.testing.open()
  })
}

const add = (page: Page, { base64 }: TestContent) =>
  page.evaluate(async base64 => void (await window.peer.add(window.testing.bytes(base64))), base64)

/** Resolves to the bytes that are verified when they are at least `bytes`. */
const having = (page: Page, { id }: TestContent, bytes: number) =>
  page.evaluate(
    async ({ id, bytes }) =>
      (
        await window.testing.until(
          window.peer,
          id,
          ({ state, haveBytes }) => haveBytes >= bytes && (state === 'downloading' || state === 'seeding'),
        )
      ).haveBytes,
    { id, bytes },
  )

const isLeader = (page: Page) => page.evaluate(() => window.peer.isLeader)

describe.skipIf(lackingChromium())('tabs of Chromium with one engine', () => {
  let pages: BuiltPages
  beforeAll(async () => {
    pages = await buildPages('peer-page')
  })
  afterAll(() => pages[Symbol.asyncDispose]())

  async function seeded() {
    const seed = await WebSeed.open()
    const content = await testContent('tabs', {
      sizes: SIZES,
      webSeeds: [seed.url],
      pieceLengthBytes: 65_536,
    })
    for (const { path, bytes } of content.files) seed.files.set(path, bytes)
    return { seed, content }
  }

  test('a tab that is killed in the middle loses nothing that was recorded', async () => {
    const { seed, content } = await seeded()
    await using _ = seed
    seed.limitBytes = 3_000_000
    await using browser = await launchChromium()
    const first = await browser.newPage()
    await openPeer(first, pages.url('peer-page'))
    await add(first, content)
    const had = await having(first, content, 1_000_000)
    // Verified pieces are recorded every two seconds.
    await expect.poll(() => first.evaluate(recorded, content.id)).toBe(true)
    await killTab(first)
    const sentBefore = seed.sentBytes
    const second = await browser.newPage()
    await openPeer(second, pages.url('peer-page'))
    expect(await having(second, content, 1)).toBeGreaterThanOrEqual(had)
    seed.release()
    await having(second, content, SIZES[0]!)
    const length = SIZES[0]!
    const digest = (page: Page) =>
      page.evaluate(({ id, length }) => window.testing.digest(window.peer, id, 0, length), {
        id: content.id,
        length,
      })
    expect(await digest(second)).toBe(content.files[0]!.sha256)
    expect(seed.sentBytes - sentBefore).toBeLessThan(length - had + 2_000_000)
  })

  test('a second tab sees and commands the engine of the first, and takes over when that closes', async () => {
    const { seed, content } = await seeded()
    await using _ = seed
    seed.limitBytes = 2_000_000
    await using browser = await launchChromium()
    const first = await browser.newPage()
    await openPeer(first, pages.url('peer-page'))
    await add(first, content)
    const second = await browser.newPage()
    await openPeer(second, pages.url('peer-page'))
    await having(second, content, 500_000)
    expect([await isLeader(first), await isLeader(second)]).toEqual([true, false])
    await second.evaluate(id => window.peer.pause(id), content.id)
    const paused = await first.evaluate(async () => (await window.peer.list()).map(torrent => torrent.paused))
    expect(paused).toEqual([true])
    await second.evaluate(id => window.peer.resume(id), content.id)
    // Reads of an engine that goes away go on with the next one.
    const reading = second.evaluate(({ id, length }) => window.testing.digest(window.peer, id, 0, length), {
      id: content.id,
      length: SIZES[0]!,
    })
    await first.close()
    seed.release()
    expect(await reading).toBe(content.files[0]!.sha256)
    expect(await isLeader(second)).toBe(true)
    await having(second, content, SIZES[0]!)
  })

  test('files that were cut or taken away are noticed, and fetched again', async () => {
    const { seed, content } = await seeded()
    await using _ = seed
    await using browser = await launchChromium()
    const first = await browser.newPage()
    await openPeer(first, pages.url('peer-page'))
    await add(first, content)
    await having(first, content, SIZES[0]!)
    await expect.poll(() => first.evaluate(recorded, content.id)).toBe(true)
    await first.close()
    const second = await browser.newPage()
    await second.goto(pages.url('peer-page'))
    await second.evaluate(cutFiles, 3_000_000)
    const sentBefore = seed.sentBytes
    await second.evaluate(() => {
      window.peer = window.testing.open()
    })
    await having(second, content, SIZES[0]!)
    expect(seed.sentBytes - sentBefore).toBeGreaterThan(4_900_000)
    expect(seed.sentBytes - sentBefore).toBeLessThan(SIZES[0]!)
  })
})

/** In a page: whether a record of the torrent is stored. */
async function recorded(id: string): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory()
    const state = await (await root.getDirectoryHandle('shoal')).getDirectoryHandle('state')
    for await (const name of state.keys()) if (name.startsWith(`${id}.resume`)) return true
    return false
  } catch {
    return false
  }
}

/** In a page: cuts all files of torrents. */
async function cutFiles(size: number): Promise<void> {
  async function cutIn(folder: FileSystemDirectoryHandle): Promise<void> {
    for await (const entry of folder.values()) {
      if (entry.kind === 'directory') await cutIn(entry as FileSystemDirectoryHandle)
      else {
        const file = await (entry as FileSystemFileHandle).createWritable({ keepExistingData: true })
        await file.truncate(size)
        await file.close()
      }
    }
  }
  const root = await navigator.storage.getDirectory()
  await cutIn(await (await root.getDirectoryHandle('shoal')).getDirectoryHandle('files'))
}
