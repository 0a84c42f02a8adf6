// Installs the packages of package-lock.json before `npm start` and `npm test` if they differ from
// those in node_modules. A new machine may have only Node 20 and npm, so this file is plain
// JavaScript without packages. Everything after it runs on the Node 24 that it installs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NODE_MAJOR, root } from './launch.mjs'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.shoal-stamp')

/** In the output of npm if the registry did not answer in time, or the connection broke. */
const CONNECTION_FAILED = /npm error code (?:E\w*TIMEOUT|ETIMEDOUT|ECONN\w+|EAI_AGAIN|E50\d)/

/** Whether development packages are omitted from the first installation. */
const withoutDev = process.argv.includes('--omit=dev')

const lockText = readFileSync(join(root, 'package-lock.json'))
// A folder may be shared between machines with different operating systems and processors.
const stamp = `${createHash('sha256').update(lockText).digest('hex')} ${process.platform} ${process.arch}`

if (!isStamped()) {
  if (!matchesLock()) install()
  requireNode()
  if (matchesLock(false)) writeFileSync(stampFile, stamp)
}

/**
 * Quick check: returns true if everything, including development packages, was installed for this
 * lock file.
 */
function isStamped() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && existsSync(nodeBinary())
}

/**
 * Exact check, from npm's record of installed packages, which also covers an `npm install` by hand.
 */
function matchesLock(mayLackDev = withoutDev) {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const packages = Object.entries(JSON.parse(lockText).packages)
  const inModules = path => path.startsWith('node_modules/') || path.includes('/node_modules/')
  // Optional packages of others are often for other systems. Those of our workspaces are for all.
  const ours = packages.filter(([path]) => path !== '' && !inModules(path))
  const wantedByUs = new Set(
    ours.flatMap(([, { optionalDependencies }]) => Object.keys(optionalDependencies ?? {})),
  )
  return packages.every(([path, wanted]) => {
    if (!inModules(path)) return true
    const found = installed[path]
    const mayLack = wanted.optional && !wantedByUs.has(path.slice('node_modules/'.length))
    if (!found) return mayLack || (mayLackDev && (wanted.dev || wanted.devOptional))
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

function install() {
  const fresh = !existsSync(modules)
  console.log(fresh ? 'Installing packages (once, about a minute) …' : 'Updating packages …')
  // Use `npm ci` only for the first installation: it deletes node_modules first, even if Shoal is
  // running from it.
  const args = fresh ? ['ci', ...(withoutDev ? ['--omit=dev'] : [])] : ['install', '--no-save']
  const run = () => npm([...args, '--no-audit', '--no-fund', '--loglevel=error'])
  let { status, output } = run()
  // npm has cached the packages that it received.
  if (status !== 0 && CONNECTION_FAILED.test(output)) ({ status, output } = run())
  if (status === 0) return
  console.error(output.split('\n').slice(0, 25).join('\n'))
  console.error(
    output.includes('in sync')
      ? 'package-lock.json does not match package.json: run npm install, and commit both.'
      : `npm ${args[0]} failed (exit code ${status}): check the connection to the package registry and try again.`,
  )
  process.exit(1)
}

function npm(args) {
  // `npm run` passes the path of npm's own program, which works on every system without a shell.
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

/**
 * The `node` package has no build for some systems. A system Node that is new enough also works.
 */
function requireNode() {
  if (existsSync(nodeBinary()) || Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return
  console.error(
    `The packages contain no Node ${NODE_MAJOR} for ${process.platform} ${process.arch}: install Node ${NODE_MAJOR} or later and try again.`,
  )
  process.exit(1)
}
