import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { limitMs } from '@shoal/testing'

const VERSION = '3.0.21'
const FOLDER = fileURLToPath(new URL('../../.cache/webtorrent', import.meta.url))
const LIMIT_MS = limitMs(300)

/**
 * Installs WebTorrent and npm's bittorrent-tracker in a folder outside the workspace, unless they are already installed. Returns the folder.
 * Rejects if that fails. Versions of node-datachannel before the override would download a binary; no install script is needed.
 */
export async function installWebTorrent(): Promise<string> {
  const manifest = JSON.stringify({
    private: true,
    dependencies: { webtorrent: VERSION },
    overrides: { 'node-datachannel': '0.33.4' },
  })
  const file = join(FOLDER, 'package.json')
  const installed = join(FOLDER, 'node_modules', 'webtorrent', 'index.js')
  if (existsSync(installed) && (await readFile(file, 'utf8').catch(() => null)) === manifest) return FOLDER
  await mkdir(FOLDER, { recursive: true })
  await writeFile(file, manifest)
  const args = [
    'install',
    '--prefix',
    FOLDER,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const npm = process.env.npm_execpath
  try {
    const [program, ...rest] = npm ? [process.execPath, npm, ...args] : ['npm', ...args]
    await promisify(execFile)(program, rest, { timeout: LIMIT_MS })
  } catch (error) {
    throw new Error(`WebTorrent could not be installed: ${String(error)}`, { cause: error })
  }
  return FOLDER
}

/** Returns true if it is already installed, so that tests need no registry. */
export function hasWebTorrent(): boolean {
  return existsSync(join(FOLDER, 'node_modules', 'webtorrent', 'index.js'))
}
