// Brings node_modules in line with package-lock.json before `npm start` and `npm test`. A fresh machine may have nothing but Node 20
// and npm, so this file is plain JavaScript that needs no package; all that comes after it runs on the Node 24 that it installs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 24

const root = join(fileURLToPath(import.meta.url), '..', '..')
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.shoal-stamp')

/** With this, packages that only development needs are left out of a first installation, and not missed. */
const withoutDev = process.argv.includes('--omit=dev')

const lockText = readFileSync(join(root, 'package-lock.json'))
// The operating system and processor count too: a folder may be shared between machines.
const stamp = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform} ${process.arch}`

if (!isStamped()) {
  if (!matchesLock()) install()
  requireNode()
  if (matchesLock(false)) writeFileSync(stampFile, stamp)
}

/** The quick answer: everything, development packages included, was there for just this lock file. */
function isStamped() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && existsSync(nodeBinary())
}

/** The exact answer, from the record of its work that npm keeps, so that an `npm install` by hand counts too. */
function matchesLock(mayLackDev = withoutDev) {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(JSON.parse(lockText).packages).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true
    const there = installed[path]
    if (!there) return wanted.optional || (mayLackDev && (wanted.dev || wanted.devOptional))
    return there.version === wanted.version && there.integrity === wanted.integrity
  })
}

function install() {
  const fresh = !existsSync(modules)
  console.log(fresh ? 'Installing packages (once, about a minute) …' : 'Updating packages …')
  // Only a fresh start is an `npm ci`: it deletes node_modules first, from under any Shoal that runs from it now.
  const args = fresh ? ['ci', ...(withoutDev ? ['--omit=dev'] : [])] : ['install', '--no-save']
  const { status, output } = npm([...args, '--no-audit', '--no-fund', '--loglevel=error'])
  if (status === 0) return
  console.error(output.split('\n').slice(0, 25).join('\n'))
  console.error(
    output.includes('in sync')
      ? 'package-lock.json does not fit package.json: run npm install, and commit both.'
      : `npm ${args[0]} failed (exit code ${status}): check the connection to the package registry and try again.`,
  )
  process.exit(1)
}

function npm(args) {
  // Under `npm run`, npm says where its own program is: this finds it on every system, without a shell.
  const self = process.env.npm_execpath
  const result = self
    ? spawnSync(process.execPath, [self, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  return {
    status: result.status,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`,
  }
}

function nodeBinary() {
  return join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
}

/** The `node` package has no build for some systems; a Node of the system's own that is new enough does as well. */
function requireNode() {
  if (existsSync(nodeBinary()) || Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return
  console.error(
    `No Node ${NODE_MAJOR} came with the packages for ${process.platform} ${process.arch}: install Node ${NODE_MAJOR} or later and try again.`,
  )
  process.exit(1)
}
