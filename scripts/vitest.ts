import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { commandOf, ROOT, type RunResult, run } from './run.ts'

export interface TestRun extends RunResult {
  /** Each test that was skipped or left for later, as `file: name`. */
  readonly skipped: readonly string[]
}

/** What of Vitest's JSON report matters here. */
interface Report {
  testResults: {
    name: string
    assertionResults: { fullName: string; status: string }[]
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
  return { ...result, skipped: skippedIn(report) }
}

function skippedIn(report: string): string[] {
  let text: string
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    // Vitest failed before it had anything to report: its exit code says so.
    return []
  }
  return (JSON.parse(text) as Report).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `${relative(ROOT, name).replaceAll('\\', '/')}: ${fullName}`),
  )
}
