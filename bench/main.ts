/**
 * `npm run bench`: measures Shoal and its rivals in one run. `--write` stores the results in
 * RESULTS.md.
 */
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

Names or parts of names: ${NAMES.join(', ')}. Default: all, which takes about 20 minutes.

  --quick         run small and once, to check that everything works; the numbers mean nothing
  --runs N        number of runs per contestant (default ${FULL_RUNS})
  --medium NAME   tmpfs or disk (default: both)
  --json          print one JSON object per table, with all runs
  --write         replace the results in bench/RESULTS.md

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
  if (chosen.length === 0) return `There is no benchmark named ${positionals.join(' or ')}`
  if (!(Number.isInteger(runs) && runs > 0)) return `${values.runs} is not a number of runs: give 1 or more`
  if (values.medium !== undefined && values.medium !== 'tmpfs' && values.medium !== 'disk')
    return `${values.medium} is not a medium: give tmpfs or disk`
  // Partial results must not replace better ones.
  if (values.write && (values.quick || values.medium !== undefined))
    return '--write needs a full run: omit --quick and --medium'
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

/** Describes the date, machine and versions of a run. */
function about(loadBefore: number): string {
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${availableParallelism()} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`
  const who = [`Node ${process.versions.node}`, ...[...versions].sort()].join(', ')
  return `${day}; ${runs} ${runs === 1 ? 'run' : 'runs'} each; ${machine}, load before ${loadBefore.toFixed(1)}; ${who}.`
}
