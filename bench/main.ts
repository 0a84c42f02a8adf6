/** `npm run bench`: us and rivals side by side in one run. See RESULTS.md, where full runs are kept with `--write`. */
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BENCHMARKS } from './benchmarks.ts'
import { versions } from './contestants.ts'
import { toText, withResults } from './report.ts'

const NAMES = Object.keys(BENCHMARKS)
const RESULTS = join(import.meta.dirname, 'RESULTS.md')
const FULL_RUNS = 5
const HELP = `npm run bench -- [name…] [options]

Names, or parts of names: ${NAMES.join(', ')}. Default: all, about 20 minutes.

  --quick         small and once, to see that everything works: its numbers mean nothing
  --runs N        how often each contestant runs (default ${FULL_RUNS})
  --medium NAME   tmpfs or disk (default: both)
  --json          one JSON object per table on standard output, every run in it
  --write         keep the results in bench/RESULTS.md in place of former ones

Example: npm run bench -- download upload --medium tmpfs --json
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    medium: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const chosen = NAMES.filter(name => positionals.length === 0 || positionals.some(word => name.includes(word)))
const runs = values.runs === undefined ? (values.quick ? 1 : FULL_RUNS) : Number(values.runs)
const mistake = findMistake()
if (mistake) console.error(`${mistake}\n`)
if (values.help || mistake) {
  console.log(HELP)
  process.exitCode = values.help ? 0 : 1
} else {
  for (const name of chosen) await runOne(name)
}

function findMistake(): string | null {
  if (chosen.length === 0) return `no benchmark is called ${positionals.join(' or ')}`
  if (!(Number.isInteger(runs) && runs > 0)) return `${values.runs} is no number of runs: give 1 or more`
  if (values.medium !== undefined && values.medium !== 'tmpfs' && values.medium !== 'disk')
    return `${values.medium} is no medium: give tmpfs or disk`
  // What was small or on one medium only would stand in place of something better.
  if (values.write && (values.quick || values.medium !== undefined))
    return '--write keeps full runs: leave out --quick and --medium'
  return null
}

async function runOne(name: string): Promise<void> {
  const { quick, medium } = values
  const log = (line: string) => console.error(line)
  const loadBefore = loadavg()[0]!
  const sections = await BENCHMARKS[name]!({ quick, runs, log, ...(medium === undefined ? {} : { medium }) })
  for (const section of sections) {
    if (values.json)
      console.log(JSON.stringify({ benchmark: name, about: about(loadBefore), quick, ...section }))
    else console.log(`\n${toText(section)}`)
  }
  if (values.write)
    await writeFile(RESULTS, withResults(await readFile(RESULTS, 'utf8'), name, about(loadBefore), sections))
}

/** When, on what and against whom. */
function about(loadBefore: number): string {
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${availableParallelism()} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`
  const who = [`Node ${process.versions.node}`, ...[...versions].sort()].join(', ')
  return `${day}; ${runs} ${runs === 1 ? 'run' : 'runs'} each; ${machine}, load before ${loadBefore.toFixed(1)}; ${who}.`
}
