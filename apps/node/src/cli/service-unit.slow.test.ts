/** The systemd unit in deploy/. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { variableName } from '@shoal/options'
import { expect, test } from 'vitest'
import { START_OPTIONS, START_VARIABLES } from './start-options.ts'

const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url))
const read = (name: string) => readFile(join(DEPLOY, name), 'utf8')
const run = promisify(execFile)
const hasSystemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
)

test('unit, settings and page name only existing options', async () => {
  const known = new Set([
    'SHOAL_STATE',
    ...Object.keys(START_OPTIONS).map(key => variableName(START_VARIABLES, key)),
  ])
  for (const file of ['shoal.service', 'shoal.env', 'README.md']) {
    const named = [...(await read(file)).matchAll(/\bSHOAL_[A-Z_]+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(name => !known.has(name))).toEqual([])
  }
})

test.skipIf(!hasSystemd)('systemd understands the unit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-unit-'))
  try {
    const file = join(folder, 'shoal.service')
    const unit = await read('shoal.service')
    expect(unit).toContain('ExecStart=/opt/shoal/node_modules/.bin/node ')
    await writeFile(file, unit.replace('/opt/shoal/node_modules/.bin/node', process.execPath))
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file])
    expect(stdout + stderr).toBe('')
  } finally {
    await rm(folder, { recursive: true })
  }
})
