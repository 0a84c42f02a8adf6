/** A Vitest reporter that writes the result and the time of every test file as JSON to the file given by SHOAL_TEST_REPORT. */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { ROOT } from './run.ts'

export interface FileResult {
  /** Path from the root, with forward slashes. */
  readonly file: string
  readonly project: string
  /** For loading the file, hooks and tests. */
  readonly seconds: number
  readonly tests: readonly TestResult[]
  /** Errors outside tests: in hooks, or while loading the file. */
  readonly errors: readonly string[]
}

export interface TestResult {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly seconds: number
  /** First line of the error, if the test failed. */
  readonly reason: string | null
}

export default class Report implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const path = process.env.SHOAL_TEST_REPORT
    if (path) writeFileSync(path, JSON.stringify(modules.map(toResult)))
  }
}

function toResult(module: TestModule): FileResult {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic()
  const suites = [...module.children.allSuites()]
  return {
    file: relative(ROOT, module.moduleId).replaceAll('\\', '/'),
    project: module.project.name,
    seconds: (environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration) / 1000,
    tests: [...module.children.allTests()].map(test => ({
      name: test.fullName,
      state: test.result().state,
      seconds: (test.diagnostic()?.duration ?? 0) / 1000,
      reason: test.result().state === 'failed' ? firstLine(test.result().errors?.[0]) : null,
    })),
    errors: [module, ...suites].flatMap(each => each.errors()).map(firstLine),
  }
}

function firstLine(error: SerializedError | undefined): string {
  return (error?.message ?? 'no reason given').split('\n', 1)[0]!.slice(0, 300)
}
