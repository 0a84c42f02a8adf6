/**
 * `npm run fuzz`: fuzzes parsers, guided by coverage. A unit test replays the failures that it
 * stores.
 */
import { parseArgs } from 'node:util'
import { type KeptInput, keepInputs, keptInputs, pathOf, toLine } from './inputs.ts'
import { PARSERS } from './parsers.ts'
import { type Failed, Runner } from './runner.ts'

/** Maximum corpus size of a parser in the tree, in bytes of its inputs. */
const MOST_KEPT_BYTES = 4096

const HELP = `npm run fuzz -- [name…] [options]

Names or beginnings of names: ${PARSERS.map(({ name }) => name).join(', ')}. Default: all.

  --seconds N   time for each parser (default 10)
  --runs N      inputs for each parser at most
  --seed N      repeats a run (default: another one each time, which is printed)
  --keep        add the inputs that reached new code to the corpus

A failure is shrunk and written to fuzz/regressions. The exit code is then 1.
`

const { values, positionals } = readArguments()
const chosen = PARSERS.filter(
  ({ name }) => positionals.length === 0 || positionals.some(start => name.startsWith(start)),
)
if (chosen.length === 0) fail(`No parser has a name that begins with ${positionals.join(' or ')}`)
for (const name of ['seconds', 'runs', 'seed'] as const)
  if (!(Number(values[name]) >= 0)) fail(`--${name} must be a number, 0 or more`)
const seed = Number(values.seed)
console.log(`${chosen.length} parsers, ${values.seconds} s each, seed ${seed}`)
for (const { name } of chosen) {
  const runner = new Runner({ guided: true })
  const started = performance.now()
  const { result, failed } = await runner.run({
    parser: name,
    seed,
    runs: Number(values.runs),
    seconds: Number(values.seconds),
  })
  await runner.close()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `${name}: ${result ? `${result.runs} runs, ${result.executed} characters of code, ` : ''}${seconds} s`,
  )
  const confirmed = await confirm(name, failed)
  for (const failure of confirmed) keepFailure(name, failure)
  if (values.keep && result) keepCorpus(name, result.corpus)
  if (confirmed.length > 0) process.exitCode = 1
}

/** Counting coverage makes code several times slower, so confirm slow inputs without it. */
async function confirm(parser: string, failed: readonly Failed[]): Promise<Failed[]> {
  const plain = new Runner()
  const confirmed: Failed[] = []
  for (const each of failed)
    if (each.failure.fault !== 'slow') confirmed.push(each)
    else confirmed.push(...(await plain.run({ parser, input: each.input })).failed)
  await plain.close()
  return confirmed
}

function keepFailure(name: string, { input, failure }: Failed): void {
  console.log(`  ${failure.fault}: ${failure.details}\n  ${toLine(input).slice(0, 500)}`)
  const kept = keptInputs('regressions', name)
  const line = toLine(input)
  if (kept.some(({ bytes }) => toLine(bytes) === line)) return
  keepInputs('regressions', name, [
    ...kept,
    { bytes: input, note: `${failure.fault}: ${failure.details}`.replaceAll(/\s+/g, ' ') },
  ])
  console.log(`  kept in ${pathOf('regressions', name)}`)
}

function keepCorpus(name: string, found: readonly Uint8Array[]): void {
  const kept: KeptInput[] = []
  let room = MOST_KEPT_BYTES
  for (const bytes of found) {
    if (bytes.length === 0 || bytes.length > room) continue
    room -= bytes.length
    kept.push({ bytes, note: '' })
  }
  // Some parsers consist of one expression, in which coverage sees nothing, so their inputs are
  // kept.
  if (kept.length > 0) keepInputs('corpus', name, kept)
}

function readArguments() {
  try {
    const read = parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '10' },
        seed: { type: 'string', default: String(Date.now() % 1e9) },
        runs: { type: 'string', default: 'Infinity' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (!read.values.help) return read
  } catch (error) {
    fail((error as Error).message)
  }
  console.log(HELP)
  process.exit(0)
}

function fail(mistake: string): never {
  console.error(`${mistake}\n\n${HELP}`)
  process.exit(2)
}
