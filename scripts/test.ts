/**
 * `npm test`: the checks and the tests that every change must pass: all but those in
 * `x.long.test.ts`. `npm run test:long` runs those, and `npm run test:all` both.
 * `npm test -- --changed` runs all tests, of both kinds, that a change since the merge base with
 * the main branch can affect. If possible, the Debian packages that tests with real peers need are
 * installed. A file that fails runs again, alone, at the end, unless `--once` is given.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { TOOLS, toolPath } from '../interop/support/tools.ts'
import { changedTests } from './changed.ts'
import { check, conclude, readFlags } from './check.ts'
import { describeMachine, measureMachine } from './machine.ts'
import { run, runNode } from './run.ts'
import { LONG, runTests, type TestRun } from './vitest.ts'

const mayInstall =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/debian_version') &&
  existsSync('/usr/bin/apt-get')

const { changed, long, all, once } = readFlags('changed', 'long', 'all', 'once')
const tests = changed ? await changedTests() : long ? [LONG] : undefined
if (changed) console.log(`${tests?.length} test files can be affected by the changes.`)

if (mayInstall) await installDebianPackages()
const missing = Object.entries(TOOLS).filter(([, tool]) => tool.find() === null)
const notes = missing.map(
  ([name, tool]) => `all tests that need ${name} (Debian: apt-get install ${tool.debian})`,
)

/**
 * The command that runs the project `network` in a network namespace: Chromium aborts all page
 * loads in a namespace when an interface is added to it.
 */
const ownNetwork =
  process.getuid?.() === 0 && TOOLS.unshare.find() && TOOLS.ip.find()
    ? [toolPath('unshare'), '--net', 'sh', '-c', `${toolPath('ip')} link set lo up && exec "$@"`, 'sh']
    : null

if (!process.env.SHOAL_TEST_FACTOR) {
  const machine = await measureMachine()
  console.log(describeMachine(machine))
  process.env.SHOAL_TEST_FACTOR = String(machine.factor)
}
const checked = long ? { failed: [], runs: [] } : await check(tests)
// If everything can be installed, tests fail instead of being skipped.
const strict = mayInstall ? { SHOAL_STRICT: '1' } : {}
const options = {
  tests,
  lines: true,
  env: { ...strict, SHOAL_TESTS: changed || long || all ? 'all' : 'short' },
}
// Before the runs, which would otherwise build it concurrently. If it fails, they report it.
await runNode(['apps/web/scripts/build-console.ts'])
const runs = await Promise.all([runOthers(), runBrowsers()])
await conclude({ failed: checked.failed, runs: [...checked.runs, ...runs.flat()] }, { once, notes })

/**
 * Tests that mostly wait or compute: one file per core, in parallel with those that use browsers.
 */
async function runOthers(): Promise<TestRun[]> {
  return [
    await runTests(['interop', 'replacing', 'sim', 'slow'], { ...options, atATime: availableParallelism() }),
  ]
}

/** Never more browser files than cores: those that change the network come after the others. */
async function runBrowsers(): Promise<TestRun[]> {
  const projects = ['browser', 'web', ...(ownNetwork ? [] : ['network'])]
  const browsers = await runTests(projects, options)
  if (!ownNetwork) return [browsers]
  const network = await runTests(['network'], { ...options, quiet: true, within: ownNetwork })
  if (network.code !== 0) console.log(network.output)
  return [browsers, network]
}

async function installDebianPackages(): Promise<void> {
  const wanted = [...new Set(Object.values(TOOLS).map(tool => tool.debian))]
  const absent = []
  for (const name of wanted) {
    const { output } = await run('dpkg-query', ['-s', name], { quiet: true })
    if (!output.includes('Status: install ok installed')) absent.push(name)
  }
  if (absent.length === 0) return
  console.log(`Installing Debian packages: ${absent.join(' ')} …`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const update = await run('apt-get', ['update', '-qq'], { quiet: true, env })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...absent]
  const install = await run('apt-get', args, { quiet: true, env })
  if (install.code !== 0) {
    console.log(`apt-get could not install them: ${absent.join(' ')}\n${update.output}${install.output}`)
    process.exitCode = 1
  }
}
