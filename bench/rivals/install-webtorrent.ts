import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, run } from '../../scripts/run.ts'

const VERSION = '3.0.21'

/**
 * The folder where WebTorrent is installed, apart from the workspace, installing it first if need be. Throws when that fails.
 * An older node-datachannel than the override would fetch a binary from elsewhere; no install script is needed for TCP.
 */
export async function installWebTorrent(): Promise<string> {
  const folder = join(ROOT, '.cache', 'webtorrent')
  const manifest = JSON.stringify({
    private: true,
    dependencies: { webtorrent: VERSION },
    overrides: { 'node-datachannel': '0.33.4' },
  })
  const file = join(folder, 'package.json')
  const installed = join(folder, 'node_modules', 'webtorrent', 'index.js')
  if (existsSync(installed) && (await readFile(file, 'utf8')) === manifest) return folder
  await mkdir(folder, { recursive: true })
  await writeFile(file, manifest)
  const args = [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const npm = process.env.npm_execpath
  const result = npm
    ? await run(process.execPath, [npm, ...args], { quiet: true })
    : await run('npm', args, { quiet: true })
  if (result.code !== 0) throw new Error(`WebTorrent could not be installed: ${result.output}`)
  return folder
}
