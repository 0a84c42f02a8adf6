/** How smoothly 5,000 busy torrents scroll on this machine: `node apps/web/e2e/frame-rate.ts`. */
import { buildConsole } from './testing/console.ts'
import { scrollList } from './testing/frames.ts'

const built = await buildConsole()
try {
  const { page } = await built.open('/?mock=busy&torrents=5000')
  await page.locator('[data-row]').first().waitFor()
  for (let run = 1; run <= 3; run++) {
    const { perSecond, late, worstMs, mostRows } = await scrollList(page, 5)
    console.log(
      `run ${run}: ${perSecond.toFixed(1)} frames/s, ${(late * 100).toFixed(1)} % late, worst ${worstMs.toFixed(0)} ms, at most ${mostRows} rows`,
    )
  }
} finally {
  await built.close()
}
