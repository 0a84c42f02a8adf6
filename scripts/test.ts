/**
 * `npm test`: runs everything. If possible, it installs the Debian packages that tests with real peers need. It runs the checks, slow unit tests,
 * browsers, simulated swarms and real peers, and lists what it skipped. `npm test -- --changed` runs only the tests that a change since the
 * merge base with the main branch can affect.
 */
import { existsSync } from 'node:fs'
import { TOOLS } from '../interop/support/tools.ts'
import { changedTests } from './changed.ts'
import { check, conclude } from './check.ts'
import { run } from './run.ts'
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

const checked = await check(tests)
// If everything can be installed, tests fail instead of being skipped.
const options = { tests, env: mayInstall ? { SHOAL_STRICT: '1' } : {} }
// One run for all projects, because tests with real peers mostly wait while others compute.
const rest = await runTests(['interop', 'network', 'sim', 'slow', 'web'], options)
conclude(
  {
    failed: [
      ...checked.failed,
      ...(rest.code === 0 ? [] : ['slow tests, browsers, simulated swarms or real peers']),
    ],
    skipped: [...checked.skipped, ...rest.skipped],
    failures: [...checked.failures, ...rest.failures],
    files: [...checked.files, ...rest.files],
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
