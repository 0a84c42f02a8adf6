import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltPages, buildPages, launchChromium } from '../apps/web/e2e/testing/pages.ts'
import { type Firefox, launchFirefox } from './support/firefox.ts'
import { missing } from './support/tools.ts'
import { openWsTracker } from './support/ws-tracker.ts'

const LENGTH = 2_000_001
const SHA256_OF_SECOND = '16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4'

/** Runs in a page: shares chosen files as a folder `from a page`. */
async function share({ length, url }: { length: number; url: string }) {
  const bytes = new Uint8Array(length).map((_, at) => at * 31 + (at >> 8))
  const progress: number[] = []
  const peer = window.testing.open()
  const torrent = await peer.share(
    [
      { path: ['a', 'first.bin'], file: new File([bytes], 'first.bin') },
      { path: ['second.txt'], file: new File(['second'], 'second.txt') },
    ],
    { name: 'from a page', trackers: [[url]] },
    ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes),
  )
  return { torrent, progress, digest: await window.testing.digest(peer, torrent.id, 0, length) }
}

/** Runs in a page: downloads everything that the link refers to. */
async function download({ magnet, id, length }: { magnet: string; id: string; length: number }) {
  const { open, until, digest, stored } = window.testing
  const peer = open()
  await peer.add(magnet)
  const torrent = await until(peer, id, ({ isComplete }) => isComplete)
  return { torrent, read: await digest(peer, id, 0, length), small: await stored(peer, id, 1) }
}

describe.skipIf(missing('chromium'))('browsers as peers', () => {
  let pages: BuiltPages
  beforeAll(async () => {
    pages = await buildPages('peer-page', 'opfs-page')
  })
  afterAll(() => pages[Symbol.asyncDispose]())

  test('one page shares chosen files and another downloads them by link', async () => {
    await using tracker = await openWsTracker()
    await using sharing = await launchChromium()
    await using other = await launchChromium()
    const [seeder, leech] = await Promise.all([sharing.newPage(), other.newPage()])
    await Promise.all([seeder.goto(pages.url('peer-page')), leech.goto(pages.url('peer-page'))])
    const shared = await seeder.evaluate(share, { length: LENGTH, url: tracker.url })
    expect(shared.torrent).toMatchObject({ origin: 'shared', isComplete: true, fileCount: 2 })
    expect(shared.progress.at(-1)).toBe(1)
    const found = await leech.evaluate(download, { ...shared.torrent, length: LENGTH })
    expect(found.torrent).toMatchObject({ origin: 'kept', state: 'seeding' })
    expect([found.read, found.small]).toEqual([shared.digest, SHA256_OF_SECOND])
  })

  describe.skipIf(missing('firefox-esr'))('in Firefox', () => {
    let firefox: Firefox
    beforeAll(async () => {
      firefox = await launchFirefox()
    })
    afterAll(() => firefox?.[Symbol.asyncDispose]())

    test('Firefox and Chromium download from each other', async () => {
      await using tracker = await openWsTracker()
      await using chromium = await launchChromium()
      const mozilla = await firefox.open(pages.url('peer-page'))
      const page = await chromium.newPage()
      await page.goto(pages.url('peer-page'))
      const first = await mozilla.evaluate(share, { length: LENGTH, url: tracker.url })
      const found = await page.evaluate(download, { ...first.torrent, length: LENGTH })
      expect([found.read, found.small]).toEqual([first.digest, SHA256_OF_SECOND])
      const second = await page.evaluate(share, { length: LENGTH + 1, url: tracker.url })
      const back = await mozilla.evaluate(download, { ...second.torrent, length: LENGTH + 1 })
      expect([back.read, back.small]).toEqual([second.digest, SHA256_OF_SECOND])
      await mozilla.close()
    })

    test('storage, resume store and hash pool pass their compliance suites', async () => {
      const page = await firefox.open(pages.url('opfs-page', 'opfs'))
      const outcomes = await page.evaluate(() => window.outcomes)
      expect(outcomes.length).toBeGreaterThan(40)
      for (const { name, error } of outcomes) expect.soft(error, name).toBeNull()
      await page.close()
    })
  })
})
