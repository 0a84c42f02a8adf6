import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout. */
export const ROOT = join(fileURLToPath(import.meta.url), '..', '..')

export interface RunResult {
  /** Exit code; null if the program was ended by a signal or could not start. */
  readonly code: number | null
  readonly seconds: number
  /** Standard output and error in order of arrival; empty unless `quiet`. */
  readonly output: string
}

/** Returns the JavaScript file of an installed package's command. Started with our own Node, it needs no shell and no PATH. */
export function commandPath(packageName: string, command = packageName): string {
  const folder = join(ROOT, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof bin === 'string' ? bin : bin[command]
  if (!file) throw new Error(`${packageName} has no command ${command}: run npm install`)
  return join(folder, file)
}

/** Runs a Node program in the checkout. `quiet` collects its output instead of showing it. Never rejects. */
export function runNode(args: readonly string[], options: { quiet?: boolean } = {}): Promise<RunResult> {
  return run(process.execPath, args, options)
}

/** Runs a program in the checkout, like `runNode`. */
export function run(
  program: string,
  args: readonly string[],
  options: { quiet?: boolean; env?: Record<string, string> } = {},
): Promise<RunResult> {
  const started = performance.now()
  const quiet = options.quiet ?? false
  return new Promise(resolve => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...options.env },
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    const done = (code: number | null) =>
      resolve({ code, seconds: (performance.now() - started) / 1000, output })
    child.on('error', error => {
      output += error.message
      done(null)
    })
    child.on('close', done)
  })
}
