import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lackingChromium } from './testing/console.ts'
import { testContent } from './testing/content.ts'
import { type BuiltPages, buildPages, launchChromium } from './testing/pages.ts'
import { WebSeed } from './testing/web-seed.ts'

describe.skipIf(lackingChromium())('the engine in a page of Chromium', () => {
  let pages: BuiltPages
  beforeAll(async () => {
    pages = await buildPages('peer-page')
  })
  afterAll(() => pages[Symbol.asyncDispose]())

  test.for(['v1', 'v2', 'hybrid'] as const)('downloads a whole %s torrent', async version => {
    await using seed = await WebSeed.open()
    const content = await testContent('whole', { version, webSeeds: [seed.url] })
    for (const { path, bytes } of content.files) seed.files.set(path, bytes)
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page'))
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
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page'))
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
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page'))
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
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page'))
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
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('peer-page'))
    await page.route('**/engine-worker*', route => route.abort())
    const failure = await page.evaluate(async () => {
      const peer = window.testing.open()
      const first = await peer.list().catch(error => error.code as string)
      return [first, await peer.storage().catch(error => error.code as string)]
    })
    expect(failure).toEqual(['unsupported', 'unsupported'])
  })
})
