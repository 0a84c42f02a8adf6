/**
 * Repeats failed test files alone, after all others have ended. A second failure is a bug in the
 * code. A file that then passes is unstable: most likely a flaw of the test that a busy machine
 * exposes.
 */
import { join } from 'node:path'
import { ROOT } from './run.ts'
import { type Failure, runTests, type TestRun } from './vitest.ts'

/**
 * If more files failed, the change is wrong or the machine is unusable, and nothing is repeated.
 */
const MOST_FILES = 10

export interface Repeated {
  /** First-run failures in files that passed the second time. */
  readonly unstable: readonly Failure[]
  /** All other failures: those of the second run if the file was repeated. */
  readonly failures: readonly Failure[]
}

export interface RepeatOptions {
  /** Whether to repeat nothing. Default: false. */
  readonly once?: boolean
  /** Repeats a file of a run. Default: with Vitest, in the same project. */
  readonly runAgain?: (run: TestRun, project: string, file: string) => Promise<TestRun>
  /** Default: to standard output. */
  readonly print?: (line: string) => unknown
}

/**
 * Repeats each file that failed in one of the runs, unless `once` is set. If a run failed outside
 * of any file, it has failed anyway, and nothing is repeated.
 */
export async function repeatFailed(
  runs: readonly TestRun[],
  { once = false, runAgain = alone, print = console.log }: RepeatOptions = {},
): Promise<Repeated> {
  const failures = runs.flatMap(run => run.failures)
  const files = runs.flatMap(failedFiles)
  const cannotPass = failures.some(({ file }) => file === null)
  if (once || cannotPass || files.length === 0) return { unstable: [], failures }
  if (files.length > MOST_FILES) {
    print(`${files.length} files failed, more than ${MOST_FILES}: none runs again.`)
    return { unstable: [], failures }
  }
  const unstable: Failure[] = []
  const lasting: Failure[] = []
  for (const failed of files) {
    print(`Running again, alone: ${failed.file}`)
    const again = await runAgain(failed.run, failed.project, failed.file)
    const time = `${again.seconds.toFixed(1)} s`
    print(
      again.code === 0
        ? `ok      ${failed.file} (${time})`
        : `FAILED  ${failed.file} (${time})\n${again.output}`,
    )
    if (hasPassed(failed, again)) unstable.push(...failed.failures)
    else lasting.push(...(again.failures.length > 0 ? again.failures : failed.failures))
  }
  return { unstable, failures: lasting }
}

interface FailedFile {
  readonly run: TestRun
  readonly project: string
  readonly file: string
  readonly failures: readonly Failure[]
}

function failedFiles(run: TestRun): FailedFile[] {
  const named = run.failures.filter(({ file, project }) => file !== null && project !== null)
  const groups = Map.groupBy(named, ({ file, project }) => `${project} ${file}`)
  return [...groups.values()].map(failures => {
    const { file, project } = failures[0]!
    return { run, project: project!, file: file!, failures }
  })
}

/** A test that is skipped or missing the second time has not passed. */
function hasPassed({ file, project, failures }: FailedFile, again: TestRun): boolean {
  const result = again.files.find(each => each.file === file && each.project === project)
  if (again.code !== 0 || again.failures.length > 0 || !result) return false
  const passed = new Set(result.tests.filter(({ state }) => state === 'passed').map(({ name }) => name))
  const mustPass = failures.flatMap(({ test }) => (test === null ? [] : [test]))
  return passed.size > 0 && mustPass.every(name => passed.has(name))
}

function alone(run: TestRun, project: string, file: string): Promise<TestRun> {
  return runTests([project], { ...run.options, tests: [join(ROOT, file)], atATime: 1, quiet: true })
}
