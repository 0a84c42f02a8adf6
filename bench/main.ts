/**
 * `npm run bench`: us and rivals side by side in one run. `npm run bench -- download --quick` runs those whose names contain a word,
 * small and once; `--runs 3`, `--medium tmpfs`. Full runs are kept in RESULTS.md.
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BENCHMARKS } from './benchmarks.ts'
import { versions } from './contestants.ts'
import { toText, withResults } from './report.ts'

const NAMES = Object.keys(BENCHMARKS)
const RESULTS = join(import.meta.dirname, 'RESULTS.md')
const HEAD = `# Benchmark results

Written by \`npm run bench\`: medians, contestants taking turns in one run. Rates are of payload, from its first byte until everything is
verified; MB is 10^6 bytes; processor time is of the process measured alone. Each table says what it ran on.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    medium: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const chosen = NAMES.filter(name => positionals.length === 0 || positionals.some(word => name.includes(word)))
if (values.help || chosen.length === 0) {
  console.log(
    `npm run bench -- [name…] [--quick] [--runs N] [--medium tmpfs|disk]\nNames: ${NAMES.join(', ')}`,
  )
  process.exitCode = values.help ? 0 : 1
} else {
  for (const name of chosen) await runOne(name)
}

async function runOne(name: string): Promise<void> {
  const runs =
    values.runs === undefined ? (values.quick ? 1 : 5) : Math.max(1, Number.parseInt(values.runs, 10) || 1)
  const sections = await BENCHMARKS[name]!({
    quick: values.quick,
    runs,
    ...(values.medium === undefined ? {} : { medium: values.medium }),
    log: line => console.error(line),
  })
  for (const section of sections) console.log(`\n${toText(section)}`)
  // What was small or on one medium only would stand in place of something better.
  if (values.quick || values.medium !== undefined) return
  const text = existsSync(RESULTS) ? await readFile(RESULTS, 'utf8') : HEAD
  await writeFile(RESULTS, withResults(text, name, about(runs), sections))
}

function about(runs: number): string {
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`
  const who = [`Node ${process.versions.node}`, ...[...versions].sort()].join(', ')
  return `${day}; ${runs} runs each; ${machine}; ${who}.`
}
