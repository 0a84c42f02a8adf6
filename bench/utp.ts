/** uTP over loopback, as a pipe between two processes and under BitTorrent. */
import type { BenchOptions, Section } from './bench.ts'
import { type Content, makeContents } from './content.ts'
import type { Contestant } from './contestants.ts'
import { type Medium, media } from './media.ts'
import { GIB, pipe, type Transferred } from './pipes.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'
import { transfer } from './transfer.ts'

const MIB = 2 ** 20
const LOOPBACK_UTP = { host: '127.0.0.1', transport: 'utp' } as const

export async function run(options: BenchOptions): Promise<Section[]> {
  return [await loopback(media('tmpfs').concat(media())[0]!, options)]
}

async function loopback(medium: Medium, options: BenchOptions): Promise<Section> {
  const pipeBytes = options.quick ? 32 * MIB : 512 * MIB
  // libtorrent needs a minute for 512 MiB.
  const contentBytes = options.quick ? 8 * MIB : 128 * MIB
  options.log(`uTP over loopback, ${megabytes(pipeBytes)}`)
  await using contents = await makeContents(medium, contentBytes, ['v1'])
  const content = contents.of('v1')
  const clients = (seeder: Contestant, leecher: Contestant) => () =>
    overLoopback(medium, content, seeder, leecher)
  const { runs, failures } = await takeTurns(
    {
      'shoal, pipe': () => pipe('shoal', pipeBytes),
      'node:dgram, pipe': () => pipe('bare', pipeBytes),
      'libtorrent to libtorrent': clients('libtorrent', 'libtorrent'),
      'shoal to libtorrent': clients('shoal', 'libtorrent'),
      'libtorrent to shoal': clients('libtorrent', 'shoal'),
      'shoal to shoal': clients('shoal', 'shoal'),
    },
    options,
  )
  const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
  const rival = speed('libtorrent to libtorrent')
  return {
    title: `uTP over loopback: ${megabytes(pipeBytes)} through a pipe, ${megabytes(contentBytes)} between clients`,
    columns: ['', 'rate, MB/s', 'each run', 'CPU of both per GiB'],
    rows: [...runs].map(([name, all]) => {
      if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '']
      const each = all.map(run => (run.bytesPerSecond / 1e6).toFixed(1)).join(' ')
      return [name, (speed(name) / 1e6).toFixed(1), each, seconds(medianOf(all, run => run.cpuPerGib))]
    }),
    runs: Object.fromEntries(runs),
    goals: [
      against('Rate of the pipe', speed('shoal, pipe') / 1e6, 80, 'least', ' MB/s'),
      against(
        "Rate of the pipe, to node:dgram's",
        speed('shoal, pipe') / speed('node:dgram, pipe'),
        0.5,
        'least',
      ),
      against("Shoal to libtorrent, to libtorrent's own", speed('shoal to libtorrent') / rival, 1, 'least'),
      against("libtorrent to Shoal, to libtorrent's own", speed('libtorrent to shoal') / rival, 1, 'least'),
    ],
  }
}

async function overLoopback(
  medium: Medium,
  content: Content,
  seeder: Contestant,
  leecher: Contestant,
): Promise<Transferred> {
  const networks = { seeder: LOOPBACK_UTP, leecher: LOOPBACK_UTP }
  const { bytesPerSecond, pairSeconds } = await transfer(
    medium,
    content,
    seeder,
    leecher,
    'leecher',
    networks,
  )
  return { bytesPerSecond, cpuPerGib: (pairSeconds * GIB) / content.lengthBytes }
}
