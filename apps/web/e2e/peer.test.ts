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
})
