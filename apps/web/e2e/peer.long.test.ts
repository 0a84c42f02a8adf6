import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
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

describe.skipIf(lackingChromium())('the engine in a page of Chromium', () => {
  let pages: BuiltPages
  let browser: Awaited<ReturnType<typeof launchChromium>>
  beforeAll(async () => {
    ;[pages, browser] = await Promise.all([buildPages('peer-page'), launchChromium()])
  })
  // They would keep running. Without the first, which is empty, the browser would end.
  afterEach(() =>
    Promise.all(
      browser
        .pages()
        .slice(1)
        .map(page => page.close()),
    ),
  )
  afterAll(() => Promise.all([pages, browser].map(each => each?.[Symbol.asyncDispose]())))

  // The engine's own tests have the other versions, also in Chromium.
  test('downloads a whole hybrid torrent', async () => {
    await using seed = await WebSeed.open()
    const content = await testContent('whole', { version: 'hybrid', webSeeds: [seed.url] })
    for (const { path, bytes } of content.files) seed.files.set(path, bytes)
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page', 'whole'))
    const found = await page.evaluate(
      async ({ base64, id, length }) => {
        const { open, bytes, until, digest, stored } = window.testing
        const peer = open()
        await peer.add(bytes(base64))
        const torrent = await until(peer, id, ({ isComplete }) => isComplete)
        return {
          torrent,
          read: await digest(peer, id, 0, length),
          stored: await stored(peer, id, 2),
          storage: await peer.storage(),
        }
      },
      { base64: content.base64, id: content.id, length: content.files[0]!.bytes.length },
    )
    expect(found.torrent).toMatchObject({ id: content.id, name: 'whole', origin: 'kept', state: 'seeding' })
    expect(found.read).toBe(content.files[0]!.sha256)
    expect(found.stored).toBe(content.files[2]!.sha256)
    expect(found.storage).toMatchObject({ kind: 'opfs', neededBytes: 0 })
  })

  test('a quota that is used up stops a torrent, which keeps what it has and continues when there is room', async () => {
    await using seed = await WebSeed.open()
    const sizes = [2_000_000, 2_000_000, 2_000_000, 2_000_000]
    const content = await testContent('quota', { sizes, webSeeds: [seed.url], pieceLengthBytes: 65_536 })
    for (const { path, bytes } of content.files) seed.files.set(path, bytes)
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page', 'quota'))
    const session = await browser.newCDPSession(page)
    const { origin } = new URL(page.url())
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 5_000_000 })
    const stuck = await page.evaluate(
      async ({ base64, id }) => {
        const { open, bytes, until } = window.testing
        window.peer = open()
        await window.peer.add(bytes(base64))
        return until(window.peer, id, ({ state }) => state === 'error')
      },
      { base64: content.base64, id: content.id },
    )
    expect(stuck.error).toMatchObject({ code: 'no-space' })
    const sentBefore = seed.sentBytes
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 50_000_000 })
    const stored = await page.evaluate(async id => {
      const { until, stored } = window.testing
      await until(window.peer, id, ({ isComplete }) => isComplete)
      return Promise.all([0, 1, 2, 3].map(file => stored(window.peer, id, file)))
    }, content.id)
    expect(stored).toEqual(content.files.map(({ sha256 }) => sha256))
    expect(seed.sentBytes - sentBefore).toBeLessThan(6_500_000)
  })

  test('keeps everything in memory where nothing is to be stored', async () => {
    await using seed = await WebSeed.open()
    const content = await testContent('memory', { webSeeds: [seed.url] })
    for (const { path, bytes } of content.files) seed.files.set(path, bytes)
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page', 'memory'))
    const found = await page.evaluate(
      async ({ base64, id, length }) => {
        const { open, bytes, until, digest } = window.testing
        const peer = open({ memory: true })
        await peer.add(bytes(base64))
        const { origin } = await until(peer, id, ({ isComplete }) => isComplete)
        const { kind, usedBytes } = await peer.storage()
        return { origin, kind, usedBytes, read: await digest(peer, id, 0, length) }
      },
      { base64: content.base64, id: content.id, length: content.files[0]!.bytes.length },
    )
    expect(found).toMatchObject({
      origin: 'memory',
      kind: 'memory',
      usedBytes: 0,
      read: content.files[0]!.sha256,
    })
  })

  test('what is shared to be kept is seeded after the page was loaded again', async () => {
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page', 'kept'))
    const shared = await page.evaluate(async () => {
      const peer = window.testing.open()
      const bytes = new Uint8Array(1_000_000).map((_, at) => at * 31 + (at >> 8))
      const chosen = { path: ['kept.bin'], file: new File([bytes], 'kept.bin') }
      const torrent = await peer.share([chosen], { name: 'kept.bin', keep: true })
      return { torrent, read: await window.testing.digest(peer, torrent.id, 0, bytes.length) }
    })
    expect(shared.torrent).toMatchObject({ origin: 'kept', isComplete: true })
    await page.reload()
    const again = await page.evaluate(async id => {
      const peer = window.testing.open()
      await window.testing.until(peer, id, ({ state }) => state === 'seeding')
      return window.testing.digest(peer, id, 0, 1_000_000)
    }, shared.torrent.id)
    expect(again).toBe(shared.read)
  })

  test('a page says so when its engine cannot be loaded', async () => {
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page', 'broken'))
    await page.route('**/engine-worker*', route => route.abort())
    const failure = await page.evaluate(async () => {
      const peer = window.testing.open()
      const first = await peer.list().catch(error => error.code as string)
      return [first, await peer.storage().catch(error => error.code as string)]
    })
    expect(failure).toEqual(['unsupported', 'unsupported'])
  })

  describe('in several tabs', () => {
    /** A tab that downloads from a web seed, which stops after some bytes. */
    async function downloading(site: string, limitBytes = Number.POSITIVE_INFINITY) {
      const seed = await WebSeed.open()
      const content = await testContent('tabs', {
        sizes: SIZES,
        webSeeds: [seed.url],
        pieceLengthBytes: 65_536,
      })
      for (const { path, bytes } of content.files) seed.files.set(path, bytes)
      seed.limitBytes = limitBytes
      const url = pages.url('peer-page', site)
      const first = await browser.newPage()
      await openPeer(first, url)
      await add(first, content)
      return { seed, content, url, first }
    }

    test('a tab that is killed in the middle loses nothing that was recorded', async () => {
      const { seed, content, url, first } = await downloading('killed', 3_000_000)
      await using _ = seed
      const had = await having(first, content, 1_000_000)
      // Verified pieces are recorded every two seconds.
      await expect.poll(() => first.evaluate(recorded, content.id)).toBe(true)
      await killTab(first)
      const sentBefore = seed.sentBytes
      const second = await browser.newPage()
      await openPeer(second, url)
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
      const { seed, content, url, first } = await downloading('taken-over', 2_000_000)
      await using _ = seed
      const second = await browser.newPage()
      await openPeer(second, url)
      await having(second, content, 500_000)
      expect([await isLeader(first), await isLeader(second)]).toEqual([true, false])
      await second.evaluate(id => window.peer.pause(id), content.id)
      const paused = await first.evaluate(async () =>
        (await window.peer.list()).map(torrent => torrent.paused),
      )
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
      const { seed, content, url, first } = await downloading('cut')
      await using _ = seed
      await having(first, content, SIZES[0]!)
      await expect.poll(() => first.evaluate(recorded, content.id)).toBe(true)
      await first.close()
      const second = await browser.newPage()
      await second.goto(url)
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
