/** Memory of a page that downloads a file much larger than its memory limit. */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchWithProfile } from '../../interop/support/browser.ts'
import { Seeder } from '../../interop/support/seeder.ts'
import type { BenchOptions, Section } from '../bench.ts'
import { against, megabytes, rate, takeTurns } from '../statistics.ts'
import { openPage, type Profile, within } from './profiles.ts'
import type { BenchSite } from './site.ts'

const MAX_BYTES = 300e6
const SAMPLE_MS = 250
const LIMIT_MS = 600_000

interface Peak {
  readonly seconds: number
  /** Resident memory, including memory shared between processes. */
  readonly residentBytes: number
  /** Private resident memory: heap and buffers, without the browser's code. */
  readonly ownBytes: number
}

export async function measureMemory(
  site: BenchSite,
  folder: string,
  lengthBytes: number,
  options: BenchOptions,
): Promise<Section> {
  options.log('Memory with a large file')
  const path = join(folder, 'large.bin')
  // A sparse file: it takes no space, but its zeros are hashed, sent and stored like other bytes.
  const file = await open(path, 'w')
  await file.truncate(lengthBytes)
  await file.close()
  const { runs, failures } = await takeTurns({ page: () => download(site, path) }, { ...options, runs: 1 })
  const [peak] = runs.get('page') ?? []
  return {
    title: `Memory of a page that downloads ${lengthBytes / 2 ** 30} GiB from a node`,
    columns: ['', 'peak RSS', 'of which private', 'rate'],
    rows: peak
      ? [['Shoal', megabytes(peak.residentBytes), megabytes(peak.ownBytes), rate(lengthBytes / peak.seconds)]]
      : [['Shoal', `failed: ${failures.get('page')}`, '', '']],
    goals: [
      against(
        "RSS of the page's process",
        (peak?.residentBytes ?? Number.NaN) / 1e6,
        MAX_BYTES / 1e6,
        'most',
        ' MB',
      ),
    ],
    runs: Object.fromEntries(runs),
  }
}

async function download(site: BenchSite, path: string): Promise<Peak> {
  await using seeder = await Seeder.start()
  const { magnet } = await seeder.seed(path, [site.announce])
  await using profile = await launchWithProfile()
  const { page } = await openPage(profile, site.url('shoal'))
  const peak = { residentBytes: 0, ownBytes: 0 }
  const sampling = new AbortController()
  const sampled = sample(profile, peak, sampling.signal)
  try {
    const work = page.evaluate(given => window.shoal.download({ magnet: given }, null), magnet)
    const { seconds } = await within(LIMIT_MS, 'the transfer', work)
    return { ...peak, seconds }
  } finally {
    sampling.abort()
    await sampled
  }
}

/** Measures the largest renderer process, which is the page's with its workers. */
async function sample(
  profile: Profile,
  peak: { residentBytes: number; ownBytes: number },
  signal: AbortSignal,
): Promise<void> {
  const session = await profile.browser()!.newBrowserCDPSession()
  while (!signal.aborted) {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    for (const { id, type } of processInfo) {
      if (type !== 'renderer') continue
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
      const readBytes = (name: string) =>
        Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024
      peak.residentBytes = Math.max(peak.residentBytes, readBytes('VmRSS'))
      peak.ownBytes = Math.max(peak.ownBytes, readBytes('RssAnon') + readBytes('RssShmem'))
    }
    await new Promise(resolve => setTimeout(resolve, SAMPLE_MS))
  }
}
