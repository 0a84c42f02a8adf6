/** Download from one libtorrent seeder over loopback TCP. */
import type { BenchOptions, Goal, Section } from './bench.ts'
import { makeContents, type Version } from './content.ts'
import type { Contestant } from './contestants.ts'
import { media } from './media.ts'
import { against, medianOf, megabytes, rate, seconds, takeTurns } from './statistics.ts'
import { type Transfer, transfer } from './transfer.ts'

const GIB = 2 ** 30

const ENTRIES: readonly (readonly [Contestant, Version])[] = [
  ['shoal', 'v1'],
  ['libtorrent', 'v1'],
  ['webtorrent', 'v1'],
  ['transmission', 'v1'],
  ['shoal', 'v2'],
  ['libtorrent', 'v2'],
  ['shoal', 'hybrid'],
  ['libtorrent', 'hybrid'],
]

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? GIB / 16 : GIB
  const sections: Section[] = []
  for (const medium of media(options.medium)) {
    options.log(`download, ${megabytes(lengthBytes)}, ${medium.name}`)
    await using contents = await makeContents(medium, lengthBytes, ['v1', 'v2', 'hybrid'])
    const turns = await takeTurns(
      Object.fromEntries(
        ENTRIES.map(([who, version]) => [
          `${who} ${version}`,
          () => transfer(medium, contents.of(version), 'libtorrent', who, 'leecher'),
        ]),
      ),
      options,
      ['transmission v1', 'libtorrent v2', 'libtorrent hybrid'],
    )
    sections.push({
      title: `Download ${megabytes(lengthBytes)} from one libtorrent seeder, ${medium.name}`,
      ...transferTable(turns.runs, turns.failures),
      runs: Object.fromEntries(turns.runs),
      goals: goals(turns.runs),
    })
  }
  return sections
}

/**
 * Returns columns and rows for transfers by contestant. The row of a failed contestant shows the
 * reason.
 */
export function transferTable(
  runs: ReadonlyMap<string, readonly Transfer[]>,
  failures: ReadonlyMap<string, string>,
): Pick<Section, 'columns' | 'rows'> {
  return {
    columns: ['', 'rate', 'rate, each run', 'total time', 'user CPU', 'system CPU', 'peak RSS'],
    rows: [...runs].map(([name, all]) => {
      if (failures.has(name) || all.length === 0)
        return [name, `failed: ${failures.get(name)}`, '', '', '', '', '']
      return [
        name,
        rate(medianOf(all, run => run.bytesPerSecond)),
        all.map(run => (run.bytesPerSecond / 1e6).toFixed(0)).join(' '),
        seconds(medianOf(all, run => run.seconds)),
        seconds(medianOf(all, run => run.userSeconds)),
        seconds(medianOf(all, run => run.systemSeconds)),
        megabytes(medianOf(all, run => run.peakResidentBytes)),
      ]
    }),
  }
}

function goals(runs: ReadonlyMap<string, readonly Transfer[]>): Goal[] {
  const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
  const user = (name: string) => medianOf(runs.get(name) ?? [], run => run.userSeconds)
  const rivals = [speed('libtorrent v1'), speed('webtorrent v1')].filter(Number.isFinite)
  const peak = medianOf(runs.get('shoal v1') ?? [], run => run.peakResidentBytes)
  return [
    against(
      'Rate, v1, to the faster of libtorrent and WebTorrent',
      speed('shoal v1') / Math.max(...rivals),
      1.3,
      'least',
    ),
    against("User CPU, v1, to libtorrent's", user('shoal v1') / user('libtorrent v1'), 1.2, 'most'),
    against('Peak RSS, v1', peak / 1e6, 200, 'most', ' MB'),
    against('Rate, v2, to its own v1', speed('shoal v2') / speed('shoal v1'), 0.9, 'least'),
    against('Rate, hybrid, to its own v1', speed('shoal hybrid') / speed('shoal v1'), 0.9, 'least'),
  ]
}
