/** The built share page: size of its script, and whether it responds while it downloads. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Browser, launchWithProfile } from '../../interop/support/browser.ts'
import { randomFile } from '../../interop/support/files.ts'
import { PageSite } from '../../interop/support/page-site.ts'
import { Seeder } from '../../interop/support/seeder.ts'
import type { BenchOptions, Section } from '../bench.ts'
import { against, median, takeTurns } from '../statistics.ts'
import { type BenchPage, openPage } from './profiles.ts'
import { timeLimitMs } from './transfers.ts'

const MAX_SCRIPT_BYTES = 200_000
const LONGEST_TASK_MS = 100
const SHOWN_MS = 60_000

export async function measureSharePage(folder: string, options: BenchOptions): Promise<Section> {
  options.log('The share page')
  const lengthBytes = options.quick ? 64_000_000 : 256_000_000
  const { path } = await randomFile(join(folder, 'shared.bin'), lengthBytes)
  const script = await measureScript(path)
  const { runs, failures } = await takeTurns({ 'share page': () => visit(path, lengthBytes) }, options)
  const visits = runs.get('share page') ?? []
  // The worst of all runs, since users notice that one.
  const longest = visits.length > 0 ? Math.max(...visits.map(visit => visit.longestTaskMs)) : Number.NaN
  return {
    title: `The share page, downloading ${lengthBytes / 1e6} MB from a node`,
    columns: ['', 'script before a download, gzipped', 'longest task of the page', 'total time'],
    rows: [
      [
        failures.has('share page') ? `failed: ${failures.get('share page')}` : 'Shoal',
        `${(script / 1000).toFixed(1)} KB`,
        longest > 0 ? `${longest.toFixed(0)} ms` : 'below 50 ms',
        `${median(visits.map(visit => visit.seconds)).toFixed(2)} s`,
      ],
    ],
    goals: [
      against('Script of the share page, gzipped', script / 1000, MAX_SCRIPT_BYTES / 1000, 'most', ' KB'),
      against("Longest task on the share page's main thread", longest, LONGEST_TASK_MS, 'most', ' ms'),
    ],
    runs: Object.fromEntries(runs),
  }
}

async function visit(path: string, lengthBytes: number) {
  await using site = await PageSite.start()
  await using seeder = await Seeder.start()
  const { magnet } = await seeder.seed(path, [site.announce])
  await using profile = await launchWithProfile()
  const { page, longestTaskMs, now } = await openPage(profile, `${site.url}#${magnet}`)
  const button = offerOn(page)
  await button.waitFor({ timeout: SHOWN_MS })
  const since = await now()
  const started = performance.now()
  await button.click()
  await page.getByText('Complete and verified').waitFor({ timeout: timeLimitMs(lengthBytes) })
  return {
    seconds: (performance.now() - started) / 1000,
    longestTaskMs: await longestTaskMs(since),
  }
}

/**
 * Returns the gzipped bytes of the scripts that load until a download is offered, without the
 * service worker, which caches the rest later.
 */
async function measureScript(path: string): Promise<number> {
  await using site = await PageSite.start()
  await using seeder = await Seeder.start()
  const { magnet } = await seeder.seed(path, [site.announce])
  await using browser = await Browser.launch()
  const { page } = await browser.open(`${site.url}#${magnet}`, { serviceWorkers: 'block' })
  await offerOn(page).waitFor({ timeout: SHOWN_MS })
  const scripts = [...new Set(site.requested)].filter(path => path.endsWith('.js'))
  const sizes = scripts.map(
    async name => gzipSync(await readFile(join(site.folder, name)), { level: 9 }).length,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

function offerOn(page: BenchPage['page']) {
  return page.getByRole('button', { name: /^Download \d/ })
}
