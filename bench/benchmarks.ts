/** All benchmarks by name, in the order in which they run; each is loaded only when it does. */
import type { Benchmark, BenchOptions, Section } from './bench.ts'
import { media } from './media.ts'
import { against, megabytes } from './statistics.ts'

type Run = Benchmark['run']

export const BENCHMARKS: Readonly<Record<string, Run>> = {
  download: async options => (await import('./download.ts')).run(options),
  upload: async options => (await import('./upload.ts')).run(options),
  swarm: async options => (await import('./swarm.ts')).run(options),
  many: async options => (await import('./many.ts')).run(options),
  'create-recheck': createRecheck,
}

async function createRecheck(options: BenchOptions): Promise<Section[]> {
  const { GOAL_RATIO, run } = await import('./create-recheck.ts')
  const bytes = options.quick ? 2 ** 27 : 2 ** 30
  const folders = new Map(media(options.medium).map(({ name, folder }) => [name as string, folder]))
  options.log(`create and recheck, ${megabytes(bytes)}`)
  const rows = await run({ bytes, runs: options.runs, folders })
  return [
    {
      title: `Create and recheck ${megabytes(bytes)}, all cores, against one core's \`openssl speed\``,
      columns: ['', 'rate', 'each run, ms', 'openssl, one core', 'ratio', 'cores used'],
      rows: rows.map(row => [
        `${row.work} ${row.version}, ${row.folder}`,
        `${(row.bytesPerSecond / 1e6).toFixed(0)} MB/s`,
        row.runsMs.map(ms => ms.toFixed(0)).join(' '),
        `${(row.referenceBytesPerSecond / 1e6).toFixed(0)} MB/s`,
        `${row.ratio.toFixed(2)} x`,
        row.cores.toFixed(2),
      ]),
      notes: [against('Lowest ratio', Math.min(...rows.map(row => row.ratio)), GOAL_RATIO, 'least')],
    },
  ]
}
