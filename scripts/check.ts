/**
 * `npm run check`: the checks that every commit must pass, without a network: format, lint, types,
 * imports, class sizes, returned promises, waits, comments, words, commits, unit tests, unused
 * code.
 */
import { checkClasses } from './classes.ts'
import { checkComments } from './comments.ts'
import { checkCommits } from './commits.ts'
import { checkImports, type Violation } from './imports.ts'
import { processorSeconds } from './processor-time.ts'
import { type Repeated, repeatFailed } from './repeat.ts'
import type { FileResult } from './report.ts'
import { checkReturns } from './returns.ts'
import { commandPath, type RunResult, runNode } from './run.ts'
import { describeFailure, runTests, type TestRun } from './vitest.ts'
import { checkWaits } from './waits.ts'
import { checkWords } from './words.ts'

/** Number of test files whose time is shown at the end. */
const SLOWEST_FILES = 10

export interface Outcome {
  /** Names of the steps that failed, other than tests. */
  readonly failed: readonly string[]
  /** Runs of tests, whatever their result. */
  readonly runs: readonly TestRun[]
}

/** Parses the flags of a command. Exits with a message on anything else. */
export function readFlags<Name extends string>(...names: readonly Name[]): Record<Name, boolean> {
  const given = process.argv.slice(2)
  const unknown = given.find(argument => !names.some(name => argument === `--${name}`))
  if (unknown !== undefined) {
    console.error(`Unknown argument ${unknown}. Known: ${names.map(name => `--${name}`).join(', ')}.`)
    process.exit(2)
  }
  return Object.fromEntries(names.map(name => [name, given.includes(`--${name}`)])) as Record<Name, boolean>
}

/**
 * Runs every step, even after one fails. Prints a line for each, and the output of those that fail.
 * `tests` limits the unit tests to these paths.
 */
export async function check(tests?: readonly string[]): Promise<Outcome> {
  const failed: string[] = []
  const report = ({ code, seconds, output }: RunResult, name: string) => {
    const time = `${seconds.toFixed(1)} s`
    console.log(code === 0 ? `ok      ${name} (${time})` : `FAILED  ${name} (${time})\n${output}`)
    return code === 0
  }
  const step = (result: RunResult, name: string) => {
    if (!report(result, name)) failed.push(name)
  }
  step(
    await runNode([commandPath('@biomejs/biome', 'biome'), 'ci', '--error-on-warnings', '.'], {
      quiet: true,
    }),
    'format and lint',
  )
  const [types, unused] = await Promise.all([
    runNode([commandPath('typescript', 'tsc'), '-p', '.'], { quiet: true }),
    runNode([commandPath('knip', 'knip'), '--reporter', 'compact', '--no-config-hints'], { quiet: true }),
  ])
  step(types, 'types')
  step(unused, 'unused files, exports and dependencies')
  step(await listed(checkImports), 'import rules')
  step(await checkClasses(), 'class sizes')
  step(await listed(checkReturns), 'returned promises')
  step(await listed(checkWaits), 'waits of tests')
  step(await listed(checkComments), 'width of comments')
  step(await checkWords(), 'word list')
  step(await checkCommits(), 'commit messages')
  const unit = await runTests(['unit'], { tests, quiet: true })
  report(unit, 'unit tests')
  return { failed, runs: [unit] }
}

/**
 * Repeats the files that failed, unless `once` is set, prints the summary, and sets the exit code.
 */
export async function conclude(
  { failed, runs }: Outcome,
  { once, notes = [] }: { once: boolean; notes?: readonly string[] },
): Promise<void> {
  const repeated = await repeatFailed(runs, { once })
  const files = runs.flatMap(run => run.files)
  for (const { file, seconds, processorSeconds } of slowest(files)) {
    const cpu = processorSeconds === null ? '' : ` (${processorSeconds.toFixed(1)} s of processor time)`
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}${cpu}`)
  }
  const skipped = runs.flatMap(run => run.skipped)
  for (const [file, count] of countByFile(skipped)) console.log(`skipped ${file}: ${count} tests`)
  for (const note of notes) console.log(`skipped ${note}`)
  const { lines, result } = summarize(failed, repeated)
  for (const line of lines) console.log(line)
  console.log(`${result}; ${skipped.length + notes.length} skipped${timesTaken()}.`)
  if (result !== PASSED) process.exitCode = 1
}

export const PASSED = 'All passed'

/**
 * Returns a line for everything that is unstable or failed, and the result. `failed`: names of
 * failed steps other than tests.
 */
export function summarize(
  failed: readonly string[],
  { unstable, failures }: Repeated,
): { lines: string[]; result: string } {
  const wrong = [...failed, ...(failures.length > 0 ? ['tests'] : [])]
  return {
    lines: [
      ...unstable.map(failure => `unstable ${describeFailure(failure)}`),
      ...failures.map(failure => `failed  ${describeFailure(failure)}`),
    ],
    result: wrong.length > 0 ? `FAILED: ${wrong.join(', ')}` : PASSED,
  }
}

/**
 * Returns the elapsed time and, on Linux, the CPU time of this process and its children, as the end
 * of a sentence.
 */
function timesTaken(): string {
  const cpu = processorSeconds()
  return `; ${(performance.now() / 60_000).toFixed(1)} minutes${cpu === null ? '' : `, ${Math.round(cpu)} s of processor time`}`
}

/** Returns the number of skipped tests by file; `skipped` has `file: name`. */
function countByFile(skipped: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of skipped) {
    const file = name.split(': ', 1)[0]!
    counts.set(file, (counts.get(file) ?? 0) + 1)
  }
  return counts
}

function slowest(files: readonly FileResult[]): FileResult[] {
  return [...files].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_FILES)
}

async function listed(find: () => Promise<readonly Violation[]>): Promise<RunResult> {
  const started = performance.now()
  const violations = await find()
  const output = violations.map(({ file, line, message }) => `${file}:${line}: ${message}\n`).join('')
  return { code: violations.length > 0 ? 1 : 0, seconds: (performance.now() - started) / 1000, output }
}

if (import.meta.main) {
  const { once } = readFlags('once')
  await conclude(await check(), { once })
}
