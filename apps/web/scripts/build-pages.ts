/** Builds pages with Vite where their sources have changed since they were built last. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compressIn } from './compress.ts'
import { swapIn } from './swap-in.ts'

export const WEB = join(import.meta.dirname, '..')
const ROOT = join(WEB, '..', '..')
const STAMP_NAME = '.stamp'
/** All that any page is made of, from the root of the repository. */
const SOURCES = [
  'apps/web/bundle-worker.ts',
  'apps/web/package.json',
  'apps/web/public',
  'apps/web/scripts',
  'apps/web/src',
  'packages/api/src',
  'packages/identity/src',
  'packages/links/src',
  'packages/messages/src',
  'packages/network/src',
  'packages/sealed/src',
  'packages/torrent/src',
  'package-lock.json',
]

export interface Pages {
  /** As messages call them. */
  readonly name: string
  /** The folder that is served. */
  readonly dist: string
  /** Files and folders that only these pages are made of, from the root of the repository. */
  readonly sources: readonly string[]
  /** Folders with a Vite configuration, each with the folder of `dist` that it is built into. */
  readonly parts: readonly (readonly [root: string, folder: string])[]
}

/**
 * True when they are there and as new as their sources. Prints what went wrong otherwise; the build
 * before then stays.
 */
export function buildPages({ name, dist, sources, parts }: Pages): boolean {
  const stampFile = join(dist, STAMP_NAME)
  const stamp = stampOf([...SOURCES, ...sources])
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true
  console.log(`Building ${name} (once, some seconds) …`)
  // Next to its final place: a program may be serving the build before, or a test another one.
  const folder = join(WEB, '.cache', `build-${process.pid}-${Date.now()}`)
  mkdirSync(folder, { recursive: true })
  try {
    if (!parts.every(([root, part]) => build(name, root, join(folder, part)))) return false
    compressIn(folder)
    writeFileSync(join(folder, STAMP_NAME), stamp)
    swapIn(folder, dist)
    return true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function build(name: string, root: string, folder: string): boolean {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', root, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production' },
  })
  if (status !== 0) console.error(`Could not build ${name}:\n${stdout}${stderr}`)
  return status === 0
}

function stampOf(sources: readonly string[]): string {
  const hash = createHash('sha256').update('production')
  for (const source of sources) {
    const path = join(ROOT, source)
    for (const file of filesOf(path)) hash.update(file).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const entries = readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'utf8' })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}
