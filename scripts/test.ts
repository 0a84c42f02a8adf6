/**
 * `npm test`: runs everything. If possible, it installs the Debian packages that tests with real peers need. It runs the checks, slow unit tests,
 * browsers, simulated swarms and real peers, and lists what it skipped. `npm test -- --changed` runs only the tests that a change since the
 * merge base with the main branch can affect.
 */
import { existsSync } from 'node:fs'
import { TOOLS, toolPath } from '../interop/support/tools.ts'
import { changedTests } from './changed.ts'
import { check, conclude } from './check.ts'
import { run, runNode } from './run.ts'
import { runTests } from './vitest.ts'

const mayInstall =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/debian_version') &&
  existsSync('/usr/bin/apt-get')

const unknown = process.argv.slice(2).find(argument => argument !== '--changed')
if (unknown !== undefined) {
  console.error(`npm test does not know ${unknown}: use npm test or npm test -- --changed`)
  process.exit(2)
}
const tests = process.argv.includes('--changed') ? await changedTests() : undefined
if (tests) console.log(`${tests.length} test files can be affected by the changes.`)

if (mayInstall) await installDebianPackages()
const missing = Object.entries(TOOLS).filter(([, tool]) => tool.find() === null)
const notes = missing.map(
  ([name, tool]) => `all tests that need ${name} (Debian: apt-get install ${tool.debian})`,
)

/**
 * The command that runs a program in a network namespace, where the project `network` runs at the same time as the others: Chromium aborts what all pages of
 * a namespace are loading when an interface is added there.
 */
const ownNetwork =
  process.getuid?.() === 0 && TOOLS.unshare.find() && TOOLS.ip.find()
    ? [toolPath('unshare'), '--net', 'sh', '-c', `${toolPath('ip')} link set lo up && exec "$@"`, 'sh']
    : null

const checked = await check(tests)
// If everything can be installed, tests fail instead of being skipped.
const options = { tests, env: mayInstall ? { SHOAL_STRICT: '1' } : {} }
// Before both runs, which would otherwise build it at the same time. If that fails, they report it.
await runNode(['apps/web/scripts/build-console.ts'])
const [rest, network] = await Promise.all([
  // One run for all these projects, because tests with real peers mostly wait while others compute.
  runTests(['interop', 'replacing', 'sim', 'slow', 'web', ...(ownNetwork ? [] : ['network'])], options),
  ownNetwork && runTests(['network'], { ...options, quiet: true, within: ownNetwork }),
])
const runs = [rest, ...(network ? [network] : [])]
if (network && network.code !== 0) console.log(network.output)
conclude(
  {
    failed: [
      ...checked.failed,
      ...(runs.every(({ code }) => code === 0)
        ? []
        : ['slow tests, browsers, simulated swarms or real peers']),
    ],
    skipped: [checked, ...runs].flatMap(({ skipped }) => skipped),
    failures: [checked, ...runs].flatMap(({ failures }) => failures),
    files: [checked, ...runs].flatMap(({ files }) => files),
  },
  notes,
)

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
