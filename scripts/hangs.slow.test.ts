/**
 * Test files that hang or leave something behind, to show how the setup of all tests reports that.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { testFolder } from './test-folder.ts'
import { runTests, type TestRun } from './vitest.ts'

const FILES: Record<string, string> = {
  test: `
    const helper = async () => { await never('a click') }
    test('hangs', async () => { await helper() })
    test('continues', () => {})`,
  hook: `
    describe('inner', () => {
      beforeAll(async () => { await never('a start') })
      test('does not begin', () => {})
    })`,
  after: `
    afterEach(async () => { await never('an end') })
    test('passes', () => {})`,
  unnamed: "test('hangs', () => new Promise(() => {}))",
  process: `
    test('leaves a process', () => {
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'left'], { detached: true, stdio: 'ignore' }).unref()
    })`,
  ending: `
    test('its process ends', () => {
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 300)'], { stdio: 'ignore' })
    })`,
  folder: "test('leaves a folder', () => { mkdtempSync(join(tmpdir(), 'left-')) })",
  clean:
    "test('removes its folder', () => { rmSync(mkdtempSync(join(tmpdir(), 'left-')), { recursive: true }) })",
}

const HEAD = `
  import { spawn } from 'node:child_process'
  import { mkdtempSync, rmSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  import { join } from 'node:path'
  import { afterEach, beforeAll, describe, test } from 'vitest'
  const never = event => new Promise(() => {})
`

let run: TestRun
beforeAll(async () => {
  await using folder = await testFolder(FILES, {
    imports: "import { nameAwaits } from '../../scripts/name-awaits.ts'",
    plugins: 'nameAwaits()',
    options: "setupFiles: ['../../packages/testing/src/setup.ts'], testTimeout: 500, hookTimeout: 500",
    head: () => HEAD,
  })
  run = await runTests(['x'], { root: folder.path, quiet: true, env: { SHOAL_TEST_FACTOR: '0.1' } })
})

/** Returns the failed tests of a file, with the reasons. */
const failuresIn = (name: string) =>
  run.failures
    .filter(({ file }) => file!.endsWith(`/${name}.test.ts`))
    .map(({ test, reason }) => [test, reason.replaceAll(/\S*\/(?=\w+\.test\.ts)/g, '')])

describe('a hang says what is awaited', () => {
  test('in a test', () => {
    const [failure, ...others] = failuresIn('test')
    expect(others).toEqual([])
    expect(failure).toEqual([
      'hangs',
      expect.stringMatching(
        /^Not ended within 0.5 s. It awaits test.test.ts:9 never\('a click'\) and test.test.ts:10 helper\(\)/,
      ),
    ])
  })

  test('in a hook before or after tests', () => {
    expect(failuresIn('hook')).toContainEqual([
      null,
      expect.stringContaining("It awaits hook.test.ts:10 never('a start')"),
    ])
    expect(failuresIn('after')).toEqual([
      ['passes', expect.stringContaining("It awaits after.test.ts:9 never('an end')")],
    ])
  })

  test('also if there is no await', () => {
    expect(failuresIn('unnamed')).toEqual([
      ['hangs', expect.stringContaining('It awaits nothing that has a name')],
    ])
  })
})

describe('what a file leaves behind fails it', () => {
  test('a process, which is ended', () => {
    const [failure, ...others] = failuresIn('process')
    expect(others).toEqual([])
    expect(failure).toEqual([
      null,
      expect.stringMatching(/^The file leaves behind: process \d+: \S+ -e .* left$/),
    ])
    const pid = Number(/process (\d+)/.exec(failure![1]!)![1])
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('a folder', () => {
    expect(failuresIn('folder')).toEqual([[null, expect.stringMatching(/temporary files left-/)]])
  })

  test('but not what ends by itself, or was removed', () => {
    expect([failuresIn('ending'), failuresIn('clean')]).toEqual([[], []])
  })
})
