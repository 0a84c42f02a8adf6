/**
 * `npm test`: everything. Installs the Debian packages that real-peer tests need where it may, runs the gate, simulated swarms and real
 * peers, and names whatever had to be skipped.
 */
import { existsSync } from 'node:fs'
import { TOOLS } from '../interop/support/tools.ts'
import { check, conclude } from './check.ts'
import { run } from './run.ts'
import { runTests } from './vitest.ts'

const mayInstall =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/debian_version') &&
  existsSync('/usr/bin/apt-get')

if (mayInstall) await installDebianPackages()
const missing = Object.entries(TOOLS).filter(([, tool]) => tool.find() === null)
const notes = missing.map(([name, tool]) => `all that needs ${name} (Debian: apt-get install ${tool.debian})`)

const gate = await check()
// Where everything can be installed nothing may be missing: then the tests fail rather than skip.
const options = mayInstall ? { env: { SHOAL_STRICT: '1' } } : {}
/** One after the other: those with a browser or with real peers have two cores to themselves. */
const PARTS = {
  'slow unit tests': ['slow'],
  'the console': ['web'],
  'simulated swarms and real peers': ['sim', 'interop'],
}
const failed = [...gate.failed]
const skipped = [...gate.skipped]
const failures = [...gate.failures]
for (const [name, projects] of Object.entries(PARTS)) {
  const result = await runTests(projects, options)
  if (result.code !== 0) failed.push(name)
  skipped.push(...result.skipped)
  failures.push(...result.failures)
}
conclude({ failed, skipped, failures }, notes)

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
