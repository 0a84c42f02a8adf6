import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { commandOf, ROOT, type RunResult, run } from './run.ts'

export interface TestRun extends RunResult {
  /** Each test that was skipped or left for later, as `file: name`. */
  readonly skipped: readonly string[]
  /** Each test that failed, as `file: name: first line of why`; a file that could not be loaded counts as a test. */
  readonly failures: readonly string[]
}

/** The parts of Vitest's JSON report that are used here. */
interface Report {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[]
  }[]
}

/** Runs Vitest projects. `quiet` collects what it prints; `env` is added to the environment of the tests. */
export async function runTests(
  projects: readonly string[],
  options: { quiet?: boolean; env?: Record<string, string> } = {},
): Promise<TestRun> {
  const folder = join(ROOT, '.cache')
  const report = join(folder, `tests-${projects.join('-')}.json`)
  mkdirSync(folder, { recursive: true })
  rmSync(report, { force: true })
  const result = await run(
    process.execPath,
    [
      commandOf('vitest'),
      'run',
      ...projects.flatMap(project => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      // A project without tests yet is not a failure; the import of none is shown by the count.
      '--passWithNoTests',
    ],
    options,
  )
  return { ...result, ...namesIn(report) }
}

function namesIn(report: string): Pick<TestRun, 'skipped' | 'failures'> {
  let text: string
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    // Vitest failed before it had anything to report: its exit code says so.
    return { skipped: [], failures: [] }
  }
  const skipped: string[] = []
  const failures: string[] = []
  for (const { name, status, message, assertionResults } of (JSON.parse(text) as Report).testResults) {
    const file = relative(ROOT, name).replaceAll('\\', '/')
    const before = failures.length
    for (const test of assertionResults) {
      if (test.status === 'failed')
        failures.push(`${file}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
      else if (test.status !== 'passed') skipped.push(`${file}: ${test.fullName}`)
    }
    // A hook that failed, or a file that does not load, fails without any test that does.
    if (status === 'failed' && failures.length === before) failures.push(`${file}: ${firstLine(message)}`)
  }
  return { skipped, failures }
}

function firstLine(text = 'no reason given'): string {
  return text.split('\n', 1)[0]!.slice(0, 300)
}
