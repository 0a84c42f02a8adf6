/**
 * Measures how smoothly 5,000 busy torrents scroll on this machine: `node
 * apps/web/e2e/frame-rate.ts`. It alternates with two pages that no script changes: an empty one,
 * and one with the same rows. They show how much of the difference from 60 frames is due to the
 * machine.
 */
import { setup } from './testing/build.ts'
import { serveConsole } from './testing/console.ts'
import { BARE_PAGE, type Frames, scrollList, stillRows } from './testing/frames.ts'

const LIST = '/?mock=busy&torrents=5000'
const SECONDS = 3
const RUNS = 3

setup()
const served = await serveConsole()
const all: Record<'list' | 'bare' | 'still', Frames[]> = { list: [], bare: [], still: [] }
try {
  const { page } = await served.open(LIST)
  let still = ''
  for (let run = 0; run < RUNS; run++) {
    await page.goto(new URL(LIST, served.url).href)
    await page.locator('[data-row]').first().waitFor()
    still ||= await stillRows(page, SECONDS)
    all.list.push(await scrollList(page, SECONDS))
    for (const [name, html] of Object.entries({ bare: BARE_PAGE, still })) {
      await page.goto('about:blank')
      await page.setContent(html)
      all[name as 'bare' | 'still'].push(await scrollList(page, SECONDS))
    }
    const { late, worstMs, mostRows } = all.list[run]!
    console.log(
      `run ${run + 1}: ${rates(run)}; list ${(late * 100).toFixed(1)} % late, worst ${worstMs.toFixed(0)} ms, at most ${mostRows} rows`,
    )
  }
  const [list, bare, rows] = [mean(all.list), mean(all.bare), mean(all.still)]
  console.log(
    `list ${list.toFixed(1)} frames/s: ${(list / bare).toFixed(2)} of a bare page's ${bare.toFixed(1)}, ${(list / rows).toFixed(2)} of ${rows.toFixed(1)} with the same rows, unchanged`,
  )
} finally {
  await served.close()
}

function rates(run: number): string {
  return Object.entries(all)
    .map(([name, frames]) => `${name} ${frames[run]!.perSecond.toFixed(1)}`)
    .join(', ')
}

function mean(frames: readonly Frames[]): number {
  return frames.reduce((sum, { perSecond }) => sum + perSecond, 0) / frames.length
}
