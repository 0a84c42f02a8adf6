/** Builds the console, and the page that share links open, where its sources have changed since it was built last: before `npm start`, and before tests in a browser. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compressIn } from './compress.ts'
import { swapIn } from './swap-in.ts'

const WEB = join(import.meta.dirname, '..')
const ROOT = join(WEB, '..', '..')
/** The folder that a node serves. */
export const DIST = join(WEB, 'dist')
const STAMP_NAME = '.stamp'
const STAMP = join(DIST, STAMP_NAME)
/** All that they are made of. */
const SOURCES = [
  'apps/web/index.html',
  'apps/web/package.json',
  'apps/web/public',
  'apps/web/scripts',
  'apps/web/share',
  'apps/web/src',
  'apps/web/vite.config.ts',
  'packages/api/src',
  'packages/identity/src',
  'packages/links/src',
  'packages/messages/src',
  'packages/network/src',
  'packages/sealed/src',
  'packages/torrent/src',
  'package-lock.json',
]

/** True when it is there and as new as its sources. Prints what went wrong otherwise; the build before then stays. */
export function buildConsole(): boolean {
  const stamp = stampOfSources()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return true
  console.log('Building the console (once, some seconds) …')
  // Next to its final place: a node may be serving the build before, or a test another one.
  const folder = join(WEB, '.cache', `console-${process.pid}-${Date.now()}`)
  mkdirSync(folder, { recursive: true })
  try {
    if (!build(WEB, folder) || !build(join(WEB, 'share'), join(folder, 'share'))) return false
    compressIn(folder)
    writeFileSync(join(folder, STAMP_NAME), stamp)
    swapIn(folder, DIST)
    return true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function build(root: string, folder: string): boolean {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', root, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production' },
  })
  if (status !== 0) console.error(`The console could not be built:\n${stdout}${stderr}`)
  return status === 0
}

function stampOfSources(): string {
  const hash = createHash('sha256').update('production')
  for (const source of SOURCES) {
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

if (import.meta.main && !buildConsole()) process.exitCode = 1
