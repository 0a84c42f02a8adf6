import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FileResult, Report } from './report.ts'
import { commandPath, ROOT, type RunResult, run } from './run.ts'

export interface TestRun extends RunResult {
  /** Tests that were skipped, as `file: name`. */
  readonly skipped: readonly string[]
  /**
   * Failures, as `file: name: first line of the error`. Failed hooks and files have no name, unhandled errors neither a file nor a name, but a
   * stack. If the run failed, there is at least one.
   */
  readonly failures: readonly string[]
  readonly files: readonly FileResult[]
}

export interface TestOptions {
  /** Collects the output instead of showing it. Default: false. */
  readonly quiet?: boolean
  /** Additional environment variables for the tests. */
  readonly env?: Record<string, string>
  /** Limits the run to these test files. Default: all files of the projects. */
  readonly tests?: readonly string[] | undefined
  /** A command, with its arguments, that runs Vitest in its place. Default: none. */
  readonly within?: readonly string[]
}

const NOTHING: TestRun = { code: 0, seconds: 0, output: '', skipped: [], failures: [], files: [] }

/** Runs Vitest projects. */
export async function runTests(
  projects: readonly string[],
  { quiet = false, env = {}, tests, within = [] }: TestOptions = {},
): Promise<TestRun> {
  // Without paths, Vitest would run all files.
  if (tests?.length === 0) return NOTHING
  const folder = join(ROOT, '.cache')
  const report = join(folder, `tests-${projects.join('-')}.json`)
  mkdirSync(folder, { recursive: true })
  rmSync(report, { force: true })
  const [program, ...rest] = [...within, process.execPath]
  const result = await run(
    program!,
    [
      ...rest,
      commandPath('vitest'),
      'run',
      ...(tests ?? []),
      ...projects.flatMap(project => ['--project', project]),
      '--reporter=default',
      `--reporter=${join(ROOT, 'scripts', 'report.ts')}`,
      // A project may have none of the given files.
      '--passWithNoTests',
    ],
    { quiet, env: { ...env, SHOAL_TEST_REPORT: report } },
  )
  const { files, unhandled } = readReport(report)
  const failed = [...files.flatMap(failures), ...unhandled.map(error => `outside of tests: ${error}`)]
  if (result.code !== 0 && failed.length === 0) {
    failed.push(`Vitest ended with code ${result.code} and reported no error.`)
  }
  return { ...result, files, skipped: files.flatMap(skippedTests), failures: failed }
}

function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    // Vitest failed before it reported anything; its exit code shows that.
    return { files: [], unhandled: [] }
  }
}

function skippedTests({ file, tests }: FileResult): string[] {
  return tests
    .filter(({ state }) => state === 'skipped' || state === 'pending')
    .map(({ name }) => `${file}: ${name}`)
}

function failures({ file, tests, errors }: FileResult): string[] {
  const failed = tests.filter(({ state }) => state === 'failed')
  return [
    ...failed.map(({ name, reason }) => `${file}: ${name}: ${reason}`),
    ...errors.map(reason => `${file}: ${reason}`),
  ]
}
