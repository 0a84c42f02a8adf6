import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltPages, buildPages, launchChromium } from '../apps/web/e2e/testing/pages.ts'
import { lacking } from './support/tools.ts'
import { openWsTracker } from './support/ws-tracker.ts'

const LENGTH = 6_000_001

describe.skipIf(lacking('chromium'))('browsers that are peers', () => {
  let pages: BuiltPages
  beforeAll(async () => {
    pages = await buildPages('peer-page')
  })
  afterAll(() => pages[Symbol.asyncDispose]())

  /** Opens the page, and its peer in `window.peer`. */
  async function open(page: Page): Promise<void> {
    await page.goto(pages.url('peer-page'))
    await page.evaluate(() => {
      window.peer = window.testing.open()
    })
  }

  test('what one page shares from chosen files, another downloads by its link alone', async () => {
    await using tracker = await openWsTracker()
    await using sharing = await launchChromium()
    await using other = await launchChromium()
    const seeder = await sharing.newPage()
    const leech = await other.newPage()
    await Promise.all([open(seeder), open(leech)])
    const shared = await seeder.evaluate(
      async ({ length, url }) => {
        const bytes = new Uint8Array(length).map((_, at) => at * 31 + (at >> 8))
        const progress: number[] = []
        const torrent = await window.peer.share(
          [
            { path: ['a', 'first.bin'], file: new File([bytes], 'first.bin') },
            { path: ['second.txt'], file: new File(['second'], 'second.txt') },
          ],
          { name: 'from a page', trackers: [[url]] },
          ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes),
        )
        const digest = await window.testing.digest(window.peer, torrent.id, 0, length)
        return { torrent, progress, digest }
      },
      { length: LENGTH, url: tracker.url },
    )
    expect(shared.torrent).toMatchObject({
      name: 'from a page',
      origin: 'shared',
      isComplete: true,
      fileCount: 2,
    })
    expect(shared.progress.at(-1)).toBe(1)
    const { magnet, id } = shared.torrent
    const found = await leech.evaluate(
      async ({ magnet, id, length }) => {
        await window.peer.add(magnet)
        const torrent = await window.testing.until(window.peer, id, ({ isComplete }) => isComplete)
        const { digest, stored } = window.testing
        return {
          torrent,
          read: await digest(window.peer, id, 0, length),
          small: await stored(window.peer, id, 1),
        }
      },
      { magnet, id, length: LENGTH },
    )
    expect(found.torrent).toMatchObject({ origin: 'kept', state: 'seeding' })
    expect(found.read).toBe(shared.digest)
    // SHA-256 of `second`.
    expect(found.small).toBe('16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4')
  })
})
