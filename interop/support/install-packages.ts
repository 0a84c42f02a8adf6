import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { limitMs } from '@shoal/testing'

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url))

/** Versions by package name, as in a `package.json`. */
export interface PackagesOfNpm {
  readonly dependencies: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
}

/** By folder: installations of this process, pending or finished. */
const installed = new Map<string, Promise<string>>()

/**
 * Installs packages outside the workspace, in `.cache/`, unless they are already there. Returns
 * that folder, which is complete: several processes can install the same packages at once. Runs no
 * package scripts. Rejects if they cannot be installed.
 */
export function installPackages(name: string, packages: PackagesOfNpm): Promise<string> {
  const manifest = JSON.stringify({ private: true, ...packages })
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 16)
  const folder = join(CACHE, `${name}-${hash}`)
  const known = installed.get(folder) ?? install(name, manifest, folder)
  installed.set(folder, known)
  return known
}

async function install(name: string, manifest: string, folder: string): Promise<string> {
  if (existsSync(folder)) return folder
  await mkdir(CACHE, { recursive: true })
  const fresh = await mkdtemp(join(CACHE, 'installing-'))
  try {
    await writeFile(join(fresh, 'package.json'), manifest)
    await runNpm(fresh)
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder))
      throw new Error(`${name} could not be installed: ${String(error)}`, { cause: error })
  }
  return folder
}

async function runNpm(folder: string): Promise<void> {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const args = ['install', '--prefix', folder, ...options]
  const npm = process.env.npm_execpath
  const [program, words] = npm ? [process.execPath, [npm, ...args]] : ['npm', args]
  await promisify(execFile)(program, words, { timeout: limitMs(300) })
}
