import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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

/**
 * Returns the JavaScript file of an installed package's command. Started with our own Node, it
 * needs no shell and no PATH.
 */
export function commandPath(packageName: string, command = packageName): string {
  const folder = join(ROOT, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof bin === 'string' ? bin : bin[command]
  if (!file) throw new Error(`${packageName} has no command ${command}: run npm install`)
  return join(folder, file)
}

export interface RunOptions {
  /** Collects the output instead of showing it. Default: false. */
  readonly quiet?: boolean
  /**
   * Whether to show only complete lines, for concurrent programs. Default: false: the program
   * writes directly to our terminal.
   */
  readonly lines?: boolean
  /** Additional environment variables. */
  readonly env?: Record<string, string>
}

/** Runs a Node program in the checkout. Never rejects. */
export function runNode(args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return run(process.execPath, args, options)
}

/** Runs a program in the checkout, like `runNode`. */
export function run(
  program: string,
  args: readonly string[],
  { quiet = false, lines = false, env = {} }: RunOptions = {},
): Promise<RunResult> {
  const started = performance.now()
  const stdio = quiet || lines ? 'pipe' : 'inherit'
  // A program that writes into a pipe would omit colors.
  const colours = !quiet && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  return new Promise(resolve => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', stdio, stdio],
      env: { ...process.env, ...colours, ...env },
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      if (quiet) stream.on('data', collect)
      else createInterface(stream).on('line', line => console.log(line))
    }
    const done = (code: number | null) =>
      resolve({ code, seconds: (performance.now() - started) / 1000, output })
    child.on('error', error => {
      output += error.message
      done(null)
    })
    child.on('close', done)
  })
}
