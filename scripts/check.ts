/** `npm run check`: the checks that every commit must pass, without a network: format, lint, types, imports, class sizes, returned promises, words, commits, unit tests. */
import { checkClasses } from './classes.ts'
import { checkCommits } from './commits.ts'
import { checkImports, type Violation } from './imports.ts'
import type { FileResult } from './report.ts'
import { checkReturns } from './returns.ts'
import { commandPath, type RunResult, runNode } from './run.ts'
import { runTests, type TestRun } from './vitest.ts'
import { checkWords } from './words.ts'

/** Number of test files whose time is shown at the end. */
const SLOWEST_FILES = 10

export interface Outcome extends Pick<TestRun, 'skipped' | 'failures' | 'files'> {
  /** Names of the steps that failed. */
  readonly failed: readonly string[]
}

/**
 * Runs every step, even after one fails. Prints a line for each, and the output of those that fail. `tests` limits the unit tests to these
 * paths.
 */
export async function check(tests?: readonly string[]): Promise<Outcome> {
  const failed: string[] = []
  const report = ({ code, seconds, output }: RunResult, name: string) => {
    const time = `${seconds.toFixed(1)} s`
    console.log(code === 0 ? `ok      ${name} (${time})` : `FAILED  ${name} (${time})\n${output}`)
    if (code !== 0) failed.push(name)
  }
  report(
    await runNode([commandPath('@biomejs/biome', 'biome'), 'ci', '--error-on-warnings', '.'], {
      quiet: true,
    }),
    'format and lint',
  )
  report(await runNode([commandPath('typescript', 'tsc'), '-p', '.'], { quiet: true }), 'types')
  report(await listed(checkImports), 'import rules')
  report(await checkClasses(), 'class sizes')
  report(await listed(checkReturns), 'returned promises')
  report(await checkWords(), 'word list')
  report(await checkCommits(), 'commit messages')
  const unit = await runTests(['unit'], { quiet: true, tests })
  report(unit, 'unit tests')
  return { failed, skipped: unit.skipped, failures: unit.failures, files: unit.files }
}

/** Prints the summary: the slowest files, what was skipped, and what failed and why. Sets the exit code. */
export function conclude({ failed, skipped, failures, files }: Outcome, notes: readonly string[] = []): void {
  for (const { file, seconds } of slowest(files)) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`)
  for (const [file, count] of countByFile(skipped)) console.log(`skipped ${file}: ${count} tests`)
  for (const note of notes) console.log(`skipped ${note}`)
  for (const failure of failures) console.log(`failed  ${failure}`)
  const result = failed.length > 0 ? `FAILED: ${failed.join(', ')}` : 'All passed'
  console.log(`${result}; ${skipped.length + notes.length} skipped.`)
  if (failed.length > 0) process.exitCode = 1
}

/** Number of skipped tests of each file; `skipped` has `file: name`. */
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

if (import.meta.main) conclude(await check())
