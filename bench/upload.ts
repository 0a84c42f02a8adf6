/** Upload to one libtorrent leecher over loopback TCP. */
import type { BenchOptions, Section } from './bench.ts'
import { makeContents } from './content.ts'
import type { Contestant } from './contestants.ts'
import { transferTable } from './download.ts'
import { media } from './media.ts'
import { against, medianOf, megabytes, takeTurns } from './statistics.ts'
import { transfer } from './transfer.ts'

const GIB = 2 ** 30
const SEEDERS: readonly Contestant[] = ['shoal', 'libtorrent', 'webtorrent', 'transmission']

export async function run(options: BenchOptions): Promise<Section[]> {
  const lengthBytes = options.quick ? GIB / 16 : GIB
  const sections: Section[] = []
  for (const medium of media(options.medium)) {
    options.log(`upload, ${megabytes(lengthBytes)}, ${medium.name}`)
    await using contents = await makeContents(medium, lengthBytes, ['v1'])
    const { runs, failures } = await takeTurns(
      Object.fromEntries(
        SEEDERS.map(who => [who, () => transfer(medium, contents.of('v1'), who, 'libtorrent', 'seeder')]),
      ),
      options,
      ['webtorrent', 'transmission'],
    )
    const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
    const user = (name: string) => medianOf(runs.get(name) ?? [], run => run.userSeconds)
    sections.push({
      title: `Upload ${megabytes(lengthBytes)} to one libtorrent leecher, v1, ${medium.name}`,
      ...transferTable(runs, failures),
      runs: Object.fromEntries(runs),
      goals: [
        against("Rate, to libtorrent's", speed('shoal') / speed('libtorrent'), 1, 'least'),
        against("User CPU, to libtorrent's", user('shoal') / user('libtorrent'), 1.2, 'most'),
      ],
    })
  }
  return sections
}
