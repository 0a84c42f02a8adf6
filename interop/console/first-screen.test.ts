import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openConsole, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

const MAX_SCRIPT_BYTES = 250_000

describe.skipIf(skipped)('the console of a real node: its first screen', () => {
  test.each(['en-US', 'de-DE'])(
    'loads at most 250 KB of gzipped script, which the node sends compressed: %s',
    async locale => {
      await withNode(async ({ node, browser }) => {
        await node.api.addTorrent({ source: `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour` })
        const { page, context } = await openConsole({ node, browser }, '/', { locale })
        await page.locator('[data-row]').waitFor()
        const scripts = await page.evaluate(() =>
          (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
            .filter(({ name }) => /\.js($|\?)/.test(name))
            .map(({ name, encodedBodySize, decodedBodySize }) => ({
              name,
              encodedBodySize,
              decodedBodySize,
            })),
        )
        expect(scripts.length).toBeGreaterThan(0)
        let gzipped = 0
        for (const { name } of scripts)
          gzipped += gzipSync(await (await context.request.get(name)).body()).length
        const sent = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
        console.log(
          `script of the first screen in ${locale}: ${scripts.length} files, ${kB(gzipped)} gzipped, ${kB(sent)} sent`,
        )
        expect(gzipped).toBeLessThan(MAX_SCRIPT_BYTES)
        expect(sent).toBeLessThan(MAX_SCRIPT_BYTES)
      })
    },
  )
})

const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
