/** Our transport over a libp2p stream (TCP, noise, yamux), against the stream alone. */
import type { BenchOptions, Section } from './bench.ts'
import { pipe } from './pipes.ts'
import { against, medianOf, megabytes, seconds, takeTurns } from './statistics.ts'

const MIB = 2 ** 20

export async function run(options: BenchOptions): Promise<Section[]> {
  const bytes = options.quick ? 32 * MIB : 512 * MIB
  options.log(`A libp2p stream over loopback, ${megabytes(bytes)}`)
  const ours = 'shoal over the stream'
  const bare = 'the stream alone'
  const { runs, failures } = await takeTurns(
    { [ours]: () => pipe('libp2p', bytes), [bare]: () => pipe('bare-libp2p', bytes) },
    options,
  )
  const speed = (name: string) => medianOf(runs.get(name) ?? [], run => run.bytesPerSecond)
  const section: Section = {
    title: `A libp2p stream (TCP, noise, yamux) over loopback: ${megabytes(bytes)} through a pipe`,
    columns: ['', 'rate, MB/s', 'each run', 'CPU of both per GiB'],
    rows: [...runs].map(([name, all]) => {
      if (failures.has(name)) return [name, `failed: ${failures.get(name)}`, '', '']
      const each = all.map(run => (run.bytesPerSecond / 1e6).toFixed(0)).join(' ')
      return [name, (speed(name) / 1e6).toFixed(0), each, seconds(medianOf(all, run => run.cpuPerGib))]
    }),
    runs: Object.fromEntries(runs),
    goals: [against("Rate, to the stream's alone", speed(ours) / speed(bare), 0.8, 'least')],
  }
  return [section]
}
