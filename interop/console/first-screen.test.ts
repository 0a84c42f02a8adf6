import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openConsole, skipped, withNode } from './setup.ts'

const MOST_BYTES = 250_000

describe.skipIf(skipped)('the console of a real node: its first screen', () => {
  test('Chromium loads at most 250 KB of gzipped script for it, and the node sends it compressed', async () => {
    await withNode(async ({ node, browser }) => {
      await node.api.addTorrent({ source: `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour` })
      const { page, context } = await openConsole({ node, browser })
      await page.locator('[data-row]').waitFor()
      const asked = await page.evaluate(() =>
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
          .filter(({ name }) => /\.js($|\?)/.test(name))
          .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize })),
      )
      expect(asked.length).toBeGreaterThan(0)
      let gzipped = 0
      for (const { name } of asked) gzipped += gzipSync(await (await context.request.get(name)).body()).length
      const sent = asked.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
      console.log(
        `script of the first screen: ${asked.length} files, ${kB(gzipped)} gzipped, ${kB(sent)} sent`,
      )
      expect(gzipped).toBeLessThan(MOST_BYTES)
      expect(sent).toBeLessThan(MOST_BYTES)
    })
  })
})

const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
