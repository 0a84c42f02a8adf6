// Starts a program of this clone from any folder, with the Node 24 of the clone: the system may
// have only Node 20. Plain JavaScript for that reason.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const NODE_MAJOR = 24

export const root = join(fileURLToPath(import.meta.url), '..', '..')

/** The signals that end the program. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program, after the programs `first`, which are expected to end quickly. Installs the
 * packages if there are none.
 */
export async function launch(program, first = []) {
  installIfMissing()
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) return passOn()
  for (const each of first) runQuickly([join(root, each)])
  // Before the program's first file, whose types would otherwise be stripped at each start: 100 ms.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  await import(pathToFileURL(join(root, program)).href)
}

/** Installs the packages if there are none. */
export function installIfMissing() {
  if (!existsSync(join(root, 'node_modules'))) runQuickly([join(root, 'scripts/install.mjs'), '--omit=dev'])
}

/** Node 24. */
export function ownNode() {
  const own = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(own) ? own : process.execPath
}

/**
 * Ends this process if the program fails. Its output goes to standard error, because standard
 * output belongs to the command.
 */
export function runQuickly(args, node = process.execPath) {
  // Settings of an `npm install --global` that runs this are not meant for the npm that this runs.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(global|prefix|location)$/i.test(name)),
  )
  const { status } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 2, 2], env })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Runs this command line again with Node 24, which sees the name by which the user called the
 * program.
 */
function passOn() {
  const node = ownNode()
  if (node === process.execPath) {
    console.error(`Shoal needs Node ${NODE_MAJOR}: run npm install in ${root}`)
    process.exit(1)
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both processes: passing it on would send it twice.
  const isTyped = [0, 1, 2].some(each => isatty(each))
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !isTyped) child.kill(signal)
    })
  child.on('error', error => {
    console.error(`${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const each of SIGNALS) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}
