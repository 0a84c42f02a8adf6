import { expect, test } from 'vitest'
import { repeatFailed } from './repeat.ts'
import type { TestResult } from './report.ts'
import type { Failure, TestRun } from './vitest.ts'

const PROJECT = 'unit'

function failure(file: string | null, name: string | null = 'adds'): Failure {
  return { file, project: file === null ? null : PROJECT, test: name, reason: 'wrong' }
}

function run(failures: readonly Failure[], tests: Record<string, TestResult['state']> = {}): TestRun {
  const results = Object.entries(tests).map(([name, state]) => ({ name, state, seconds: 0, reason: null }))
  const files = [
    { file: 'a.test.ts', project: PROJECT, seconds: 0, processorSeconds: null, tests: results, errors: [] },
  ]
  return {
    code: failures.length > 0 ? 1 : 0,
    seconds: 0,
    output: '',
    skipped: [],
    failures,
    files,
    options: {},
  }
}

/** Repeats the files of these failures; the second run has the given result. */
async function repeat(failures: readonly Failure[], second: TestRun, once = false) {
  const ran: string[] = []
  const result = await repeatFailed([run(failures)], {
    once,
    print: () => {},
    runAgain: async (_, project, file) => {
      ran.push(`${project} ${file}`)
      return second
    },
  })
  return { ...result, ran }
}

test.each<[why: string, second: TestRun]>([
  ['fails', run([failure('a.test.ts')], { adds: 'failed' })],
  ['fails in another test', run([failure('a.test.ts', 'other')], { adds: 'passed', other: 'failed' })],
  ['skips the test', run([], { adds: 'skipped', other: 'passed' })],
  ['does not have the test', run([], { other: 'passed' })],
  ['has no tests', run([])],
  ['ends with an error that no test reports', { ...run([], { adds: 'passed' }), code: 1 }],
  ['did not run the file', { ...run([]), files: [] }],
])('a file is not unstable if the second run %s', async (_, second) => {
  const { unstable, failures } = await repeat([failure('a.test.ts')], second)
  expect(unstable).toEqual([])
  expect(failures.length).toBeGreaterThan(0)
})

test('a file with several failures runs again once', async () => {
  const failures = [failure('a.test.ts', 'adds'), failure('a.test.ts', null)]
  const { unstable, ran } = await repeat(failures, run([], { adds: 'passed' }))
  expect(ran).toEqual(['unit a.test.ts'])
  expect(unstable).toEqual(failures)
})

const files = (count: number) => Array.from({ length: count }, (_, index) => failure(`${index}.test.ts`))

test.each<[why: string, failures: Failure[], once: boolean, count: number]>([
  ['if ten files failed', files(10), false, 10],
  ['if more failed', files(11), false, 0],
  ['with --once', files(1), true, 0],
  ['if Vitest failed without a file', [...files(1), failure(null, null)], false, 0],
])('how many files run again: %s', async (_, failed, once, count) => {
  const { unstable, failures, ran } = await repeat(failed, run([], { adds: 'passed' }), once)
  expect(ran).toHaveLength(count)
  expect(unstable).toEqual([])
  expect(failures.length).toBeGreaterThanOrEqual(failed.length)
})
