/**
 * A Vitest reporter that writes the result and the time of every test file as JSON to the file
 * given by SHOAL_TEST_REPORT.
 */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import { ROOT } from './run.ts'

/** Maximum length of an unhandled error's stack. */
const STACK_LINES = 12

export interface FileResult {
  /** Path from the root, with forward slashes. */
  readonly file: string
  readonly project: string
  /** For loading the file, hooks and tests. */
  readonly seconds: number
  /** See usage.ts; null on other systems than Linux, and if the file did not end. */
  readonly processorSeconds: number | null
  readonly tests: readonly TestResult[]
  /**
   * Errors outside tests: in hooks, while loading the file, or because its process ended before it.
   */
  readonly errors: readonly string[]
}

export interface TestResult {
  readonly name: string
  /** `pending`: the process ended before the test did. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly seconds: number
  /** The start of the error and its location, if the test failed. */
  readonly reason: string | null
}

/** The result of one run of Vitest. */
export interface Report {
  readonly files: readonly FileResult[]
  readonly unhandled: readonly UnhandledError[]
}

/** An error outside tests, such as an unhandled rejection or a crashed process. */
export interface UnhandledError {
  /** The file that was running; null if Vitest does not know it. */
  readonly file: string | null
  /** The project of the file. */
  readonly project: string | null
  /** The error and its stack. */
  readonly reason: string
}

export default class JsonReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const path = process.env.SHOAL_TEST_REPORT
    if (!path) return
    const report: Report = {
      files: modules.map(toResult),
      unhandled: unhandledErrors.map(error => toUnhandled(error, modules)),
    }
    writeFileSync(path, JSON.stringify(report))
  }
}

function toResult(module: TestModule): FileResult {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic()
  const suites = [...module.children.allSuites()]
  const tests = [...module.children.allTests()]
  return {
    file: pathOf(module),
    project: module.project.name,
    seconds: (environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration) / 1000,
    processorSeconds: module.meta().processorSeconds ?? null,
    tests: tests.map(test => ({
      name: test.fullName,
      state: test.result().state,
      seconds: (test.diagnostic()?.duration ?? 0) / 1000,
      reason: test.result().state === 'failed' ? whyFailed(test.result().errors?.[0]) : null,
    })),
    errors: [
      ...[module, ...suites].flatMap(each => each.errors()).map(firstLine),
      ...(hasEnded(module) ? [] : [whyUnfinished(tests)]),
    ],
  }
}

function hasEnded(module: TestModule): boolean {
  const state = module.state()
  return state !== 'pending' && state !== 'queued'
}

function whyUnfinished(tests: readonly TestCase[]): string {
  const waiting = tests.filter(test => test.result().state === 'pending').map(test => `“${test.fullName}”`)
  return ['the file did not end', ...waiting.slice(0, 1)].join(' after the start of ')
}

function pathOf(module: TestModule): string {
  return relative(ROOT, module.moduleId).replaceAll('\\', '/')
}

function toUnhandled(error: SerializedError, modules: readonly TestModule[]): UnhandledError {
  // Only error texts of the pool name the file that was running in the crashed process.
  const texts = [error.message, error.cause?.message].join('\n')
  const module =
    modules.find(({ moduleId }) => moduleId === error.VITEST_TEST_PATH) ??
    modules.find(({ moduleId }) => texts.includes(moduleId))
  return {
    file: module ? pathOf(module) : null,
    project: module?.project.name ?? null,
    reason: withStack(error),
  }
}

/** The error, the file and the test that was running, and the top of the stack. */
function withStack(error: SerializedError): string {
  const during = [error.VITEST_TEST_PATH, error.VITEST_TEST_NAME].filter(Boolean).join(', ')
  const stack = (error.stack ?? '').split('\n').filter(line => line.trimStart().startsWith('at '))
  const lines = [
    firstLine(error),
    ...(error.cause ? [`    caused by ${firstLine(error.cause as SerializedError)}`] : []),
    ...(during ? [`    during ${during}`] : []),
    ...stack.slice(0, STACK_LINES),
  ]
  return lines.join('\n').replaceAll(`${ROOT}/`, '')
}

/** Maximum length of the value that a test received. */
const ACTUAL_CHARACTERS = 500

/**
 * Returns the first line of the error, the line of the test that threw it, the received value, and
 * the content of open pages (interop/support/page-tests.ts).
 */
function whyFailed(error: SerializedError | undefined): string {
  const frame = (error?.stack ?? '').split('\n').find(line => line.includes('.test.ts:'))
  const place = frame?.slice(frame.lastIndexOf('/') + 1).replace(/\)$/, '')
  const pages = (error?.message ?? '').split('\n').filter(line => /^Page \d+ shows: /.test(line))
  const found =
    typeof error?.actual === 'string'
      ? [`Found: ${error.actual.replace(/\s+/g, ' ').slice(0, ACTUAL_CHARACTERS)}`]
      : []
  return [firstLine(error) + (place ? ` (${place})` : ''), ...found, ...pages].join('\n    ')
}

function firstLine(error: SerializedError | undefined): string {
  return (error?.message ?? 'no reason given').split('\n', 1)[0]!.slice(0, 300)
}
