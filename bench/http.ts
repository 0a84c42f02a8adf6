/**
 * The HTTP client that web seeds use, against undici and node:http: byte ranges of one file over
 * four persistent connections on loopback, from a server process that does as little as possible.
 * The result decides which client the engine uses; see docs/dependencies.md.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BenchOptions, Section } from './bench.ts'
import { versions } from './contestants.ts'
import { CONNECTIONS, JOBS, type RangeJob, type RangeRun } from './http/jobs.ts'
import { against, medianOf, rate, seconds, takeTurns } from './statistics.ts'

const CLIENTS = ['shoal', 'undici', 'node:http'] as const
/** Our own client is kept as long as it is not slower than undici. */
const GOAL_RATIO = 1
const QUICK_SHARE = 0.02

export async function run(options: BenchOptions): Promise<Section[]> {
  const undici = createRequire(import.meta.url)('undici/package.json') as { version: string }
  versions.add(`undici ${undici.version}`)
  const server = spawn(process.execPath, [program('server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const sections: Section[] = []
    for (const job of JOBS) {
      options.log(`HTTP client, ${job.name}`)
      const measure = (client: string) => () => measureClient(client, job, line.toString().trim(), options)
      const { runs, failures } = await takeTurns(
        Object.fromEntries(CLIENTS.map(client => [client, measure(client)])),
        options,
      )
      sections.push(toSection(job, runs, failures))
    }
    return sections
  } finally {
    server.stdin.end()
    await once(server, 'exit')
  }
}

async function measureClient(
  client: string,
  job: RangeJob,
  port: string,
  { quick }: BenchOptions,
): Promise<RangeRun> {
  const args = [program('client.ts'), client, job.name, port, String(quick ? QUICK_SHARE : 1)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${client} exited with code ${code}`)
  return JSON.parse(output) as RangeRun
}

function toSection(
  { name, rangeBytes, count }: RangeJob,
  runs: ReadonlyMap<string, readonly RangeRun[]>,
  failures: ReadonlyMap<string, string>,
): Section {
  const median = (client: string, quantity: (run: RangeRun) => number) =>
    medianOf(runs.get(client) ?? [], quantity)
  const bySeconds = (run: RangeRun) => run.seconds
  const byCpu = (run: RangeRun) => run.cpuSeconds
  const speedRatio = median('undici', bySeconds) / median('shoal', bySeconds)
  const cpuRatio = median('shoal', byCpu) / median('undici', byCpu)
  return {
    title: `HTTP client, ${name}: ${count} ranges of ${rangeBytes / 1024} KiB over ${CONNECTIONS} connections`,
    columns: ['client', 'rate', 'each run, ms', 'CPU'],
    rows: CLIENTS.map(client =>
      failures.has(client)
        ? [client, `failed: ${failures.get(client)}`]
        : [
            client,
            rate(median(client, run => run.bytes / run.seconds)),
            runs
              .get(client)!
              .map(run => (run.seconds * 1000).toFixed(0))
              .join(' '),
            seconds(median(client, byCpu)),
          ],
    ),
    goals: [
      against("Rate to undici's", speedRatio, GOAL_RATIO, 'least'),
      against("CPU time to undici's", cpuRatio, GOAL_RATIO, 'most'),
    ],
    runs: Object.fromEntries(runs),
  }
}

function program(name: string): string {
  return fileURLToPath(new URL(`./http/${name}`, import.meta.url))
}
