/** Builds the console where its sources have changed since it was built last: before `npm start`, and before tests in a browser. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WEB = join(import.meta.dirname, '..')
const ROOT = join(WEB, '..', '..')
const STAMP = join(WEB, 'dist', '.stamp')
/** All that the console is made of. */
const SOURCES = [
  'apps/web/index.html',
  'apps/web/package.json',
  'apps/web/public',
  'apps/web/scripts',
  'apps/web/src',
  'apps/web/vite.config.ts',
  'packages/api/src',
  'package-lock.json',
]

/** True when it is there and as new as its sources. Prints what went wrong otherwise. */
export function buildConsole(): boolean {
  const stamp = stampOfSources()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return true
  console.log('Building the console (once, some seconds) …')
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  for (const args of [[vite, 'build', WEB, '--logLevel', 'warn'], [join(WEB, 'scripts', 'compress.ts')]]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', NODE_ENV: 'production' },
    })
    if (status === 0) continue
    console.error(`The console could not be built:\n${stdout}${stderr}`)
    return false
  }
  writeFileSync(STAMP, stamp)
  return true
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
