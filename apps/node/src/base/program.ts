/** The command that starts this program. Hints start with it, so that they can be pasted. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, delimiter, isAbsolute, join, relative } from 'node:path'

export interface ProcessEnv {
  /** `process.argv[1]`. */
  readonly script: string
  /** Path of the Node that runs it. */
  readonly node: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * `npx shoal` in a clone, `shoal` if that is in the PATH, otherwise the paths of Node and the
 * script.
 */
export function describeProgram({ script, node, cwd, env }: ProcessEnv): string {
  const root = npmRoot(env)
  if (root !== null) {
    // In other folders, npx would look for a package of that name in the registry.
    return isWithin(root, env.INIT_CWD ?? cwd) ? 'npx shoal' : `npx --prefix ${quoted(root)} shoal`
  }
  if (basename(script).replace(/\.(cmd|ps1)$/i, '') === 'shoal') return called(script, cwd, env)
  return `${called(node, cwd, env)} ${quoted(shortest(script, cwd))}`
}

/** The command that starts a node: in a clone `npm start`, which also builds the console. */
export function describeStarter(processEnv: ProcessEnv): string {
  const root = npmRoot(processEnv.env)
  return root !== null && describeProgram(processEnv) === 'npx shoal'
    ? 'npm start'
    : `${describeProgram(processEnv)} start`
}

/** The folder whose package npm runs; null if npm did not start this process. */
function npmRoot({ npm_execpath, npm_config_local_prefix }: ProcessEnv['env']): string | null {
  return npm_execpath ? npm_config_local_prefix || null : null
}

/** Shortens a program's path to its name if that resolves to it in the PATH. */
function called(program: string, cwd: string, env: ProcessEnv['env']): string {
  const name = basename(program)
  const folder = (env.PATH ?? '').split(delimiter).find(each => each !== '' && existsSync(join(each, name)))
  if (folder !== undefined && real(join(folder, name)) === real(program)) return name
  const path = shortest(program, cwd)
  return quoted(path === name ? `./${name}` : path)
}

function shortest(path: string, cwd: string): string {
  return isWithin(cwd, path) ? relative(cwd, path) : path
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return !way.startsWith('..') && !isAbsolute(way)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Double quotes work in sh, cmd and PowerShell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./\\~-]+$/.test(path) ? path : `"${path}"`
}

const here: ProcessEnv = {
  script: process.argv[1] ?? '',
  node: process.execPath,
  cwd: process.cwd(),
  env: process.env,
}

export const SHOAL: string = describeProgram(here)
export const START: string = describeStarter(here)
