/** Rates of hashing and browser storage alone, to compare with those of transfers. */
import type { BenchOptions, Section } from '../bench.ts'
import { medianOf, rate, takeTurns } from '../statistics.ts'
import type { Parts } from './in-page/parts-worker.ts'
import { withOne } from './profiles.ts'
import type { Load } from './transfers.ts'

declare global {
  interface Window {
    parts(totalBytes: number): Promise<Parts>
  }
}

const ROWS = {
  'SHA-1 (v1)': 'hashV1',
  'SHA-1 and SHA-256 trees (hybrid)': 'hashHybrid',
  'writing and flushing in OPFS': 'write',
} as const satisfies Record<string, keyof Parts>

export async function measureParts({ site, lengthBytes }: Load, options: BenchOptions): Promise<Section> {
  options.log('Hashing and storage alone')
  const measure = () =>
    withOne(site.url('parts'), ({ page }) => page.evaluate(total => window.parts(total), lengthBytes))
  const { runs, failures } = await takeTurns({ parts: measure }, options)
  return {
    title: `Hashing and storage alone, ${lengthBytes / 2 ** 20} MiB in a worker`,
    columns: ['', 'rate'],
    rows: Object.entries(ROWS).map(([name, part]) => [
      name,
      failures.has('parts')
        ? `failed: ${failures.get('parts')}`
        : rate(medianOf(runs.get('parts')!, run => run[part])),
    ]),
    goals: [],
    runs: Object.fromEntries(runs),
  }
}
