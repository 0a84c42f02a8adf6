import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FileResult, Report, UnhandledError } from './report.ts'
import { commandPath, ROOT, type RunResult, run } from './run.ts'

/**
 * Part of the names of test files that only run with `npm run test:long` and `test:all`, not `npm
 * test`.
 */
export const LONG = '.long.test.'

export interface TestRun extends RunResult {
  /** Tests that were skipped, as `file: name`. */
  readonly skipped: readonly string[]
  /** If the run failed, there is at least one. */
  readonly failures: readonly Failure[]
  readonly files: readonly FileResult[]
  /** Options that the run was started with. */
  readonly options: TestOptions
}

export interface Failure {
  /** Path from the root; null if Vitest failed without a file. */
  readonly file: string | null
  readonly project: string | null
  /**
   * Name of the test; null if a hook, loading the file, or something that no test awaited failed.
   */
  readonly test: string | null
  /** The first line of the error, and where it was thrown. */
  readonly reason: string
}

/** Returns the failure in one line, without further lines of its error. */
export function describeFailure({ file, test, reason }: Failure): string {
  return [file, test, reason].filter(part => part !== null).join(': ')
}

export interface TestOptions {
  /** Collects the output instead of showing it. Default: false. */
  readonly quiet?: boolean
  /** Whether to show only complete lines, for concurrent runs. Default: false. */
  readonly lines?: boolean
  /** Additional environment variables for the tests. */
  readonly env?: Record<string, string>
  /**
   * Limits the run to files whose paths contain one of these. Default: all files of the projects.
   */
  readonly tests?: readonly string[] | undefined
  /** Maximum number of concurrent files. Default: those of the projects. */
  readonly atATime?: number
  /** The folder whose configuration is used. Default: the checkout. */
  readonly root?: string
  /** A command, with its arguments, that wraps Vitest. Default: none. */
  readonly within?: readonly string[]
}

const NOTHING = { code: 0, seconds: 0, output: '', skipped: [], failures: [], files: [] }

/** Runs Vitest projects. */
export async function runTests(projects: readonly string[], options: TestOptions = {}): Promise<TestRun> {
  const { quiet = false, lines = false, env = {}, tests, atATime, root = ROOT, within = [] } = options
  // Without paths, Vitest would run all files.
  if (tests?.length === 0) return { ...NOTHING, options }
  const folder = join(root, '.cache')
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
      ...['--root', root],
      ...projects.flatMap(project => ['--project', project]),
      ...(atATime ? [`--maxWorkers=${atATime}`] : []),
      '--reporter=default',
      `--reporter=${join(ROOT, 'scripts', 'report.ts')}`,
      // A project can have none of the given files.
      '--passWithNoTests',
    ],
    { quiet, lines, env: { ...env, SHOAL_TEST_REPORT: report } },
  )
  const { files, unhandled } = readReport(report)
  const failures = [...files.flatMap(failuresOf), ...unhandled.map(outsideOfTests)]
  if (result.code !== 0 && failures.length === 0) {
    const reason = `Vitest ended with code ${result.code} and reported no error.`
    failures.push({ file: null, project: null, test: null, reason })
  }
  return { ...result, files, skipped: files.flatMap(skippedTests), failures, options }
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
  return tests.filter(({ state }) => state === 'skipped').map(({ name }) => `${file}: ${name}`)
}

function failuresOf({ file, project, tests, errors }: FileResult): Failure[] {
  const failed = tests.filter(({ state }) => state === 'failed')
  return [
    ...failed.map(({ name, reason }) => ({ file, project, test: name, reason: reason ?? 'no reason given' })),
    ...errors.map(reason => ({ file, project, test: null, reason })),
  ]
}

function outsideOfTests({ file, project, reason }: UnhandledError): Failure {
  return { file, project, test: null, reason: `outside of tests: ${reason}` }
}
