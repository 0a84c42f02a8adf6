import { relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSED, summarize } from './check.ts'
import { type Repeated, repeatFailed } from './repeat.ts'
import { ROOT } from './run.ts'
import { testFolder } from './test-folder.ts'
import { runTests, type TestRun } from './vitest.ts'

/** Test files by name. In each, `isFirst` is true in the first run only. */
const FILES: Record<string, string> = {
  passes: "test('passes', () => {})",
  recovers: "test('adds', () => expect(isFirst).toBe(false)); test('passes', () => {})",
  fails: "test('always fails', () => expect(1).toBe(2))",
  hook: "beforeAll(() => expect(isFirst).toBe(false)); test('passes', () => {})",
  rejects:
    "test('passes', async () => { if (isFirst) { Promise.reject(new Error('nobody waits')); await pause(0) } })",
  dies: "test('dies', async () => { if (isFirst) { process.kill(process.pid, 'SIGKILL'); await pause(60_000) } })",
  ends: "test('ends', async () => { process.kill(process.pid, 'SIGKILL'); await pause(60_000) })",
}

describe('with real test files', () => {
  let first: TestRun
  let repeated: Repeated
  const ran: string[] = []

  beforeAll(async () => {
    await using folder = await testFolder(FILES, { head })
    first = await runTests(['x'], { root: folder.path, quiet: true })
    repeated = await repeatFailed([first], {
      print: line => line.startsWith('Running') && ran.push(fileName(line)),
    })
  })

  test('all files that failed run again, and no others', () => {
    const { passes: _, ...failing } = FILES
    expect(ran.sort()).toEqual(Object.keys(failing).sort())
  })

  test('a file that passes the second time is unstable, with the first error', () => {
    const texts = repeated.unstable.map(({ file, test, reason }) => [fileName(file!), test, reason])
    expect(texts.sort()).toEqual([
      ['dies', null, expect.stringMatching(/^outside of tests: .*SIGKILL/s)],
      ['dies', null, 'the file did not end after the start of “dies”'],
      ['hook', null, expect.stringContaining('expected true to be false')],
      ['recovers', 'adds', expect.stringContaining('expected true to be false')],
      ['rejects', null, expect.stringContaining('outside of tests: nobody waits')],
    ])
  })

  test('a file that fails twice is not', () => {
    const failed = new Set(repeated.failures.map(({ file }) => fileName(file!)))
    expect([...failed].sort()).toEqual(['ends', 'fails'])
  })

  test('the lines of the summary name file, test and error, and it fails', () => {
    const { lines, result } = summarize([], repeated)
    expect(result).toBe('FAILED: tests')
    expect(lines).toContainEqual(
      expect.stringMatching(/^unstable .*recovers\.test\.ts: adds: expected true to be false/),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(/^failed {2}.*fails\.test\.ts: always fails: expected 1/),
    )
  })
})

test('a run whose failed files all pass the second time has passed', async () => {
  const { recovers = '', passes = '' } = FILES
  await using folder = await testFolder({ recovers, passes }, { head })
  const first = await runTests(['x'], { root: folder.path, quiet: true })
  expect(first.code).toBe(1)
  expect(summarize([], await repeatFailed([first], { once: true })).result).toBe('FAILED: tests')
  const repeated = await repeatFailed([first], { print: () => {} })
  const { lines, result } = summarize([], repeated)
  expect([lines.length, result]).toEqual([1, PASSED])
  expect(lines[0]).toMatch(/^unstable /)
  expect(summarize(['types'], repeated).result).toBe('FAILED: types')
})

function head(name: string): string {
  return `
    import { existsSync, writeFileSync } from 'node:fs'
    import { beforeAll, expect, test } from 'vitest'
    const mark = import.meta.dirname + '/${name}.ran'
    const isFirst = !existsSync(mark)
    writeFileSync(mark, '')
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
  `
}

function fileName(text: string): string {
  return /([a-z]+)\.test\.ts/.exec(relative(ROOT, text))?.[1] ?? text
}
