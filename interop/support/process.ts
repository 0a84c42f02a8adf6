/**
 * Child processes, which are stopped by their process ID and never outlive the tests that started
 * them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tunedEnv } from '@shoal/testing'

const STOP_MS = 5000
/**
 * Folder of our own programs for tests. With this they start in two thirds of the processor time.
 */
const OWN_PROGRAMS = fileURLToPath(new URL('..', import.meta.url))
const QUICK_IMPORTS = ['--import', new URL('./quick-imports.ts', import.meta.url).href]
/** Folder of the node and the hub. */
const APPS = fileURLToPath(new URL('../../apps/', import.meta.url))

/** Characters of a process's output kept for error messages. */
const TAIL = 8000

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface ManagedProcess {
  readonly name: string
  readonly pid: number
  readonly child: ChildProcess
  /** Exit code, or the signal's name. Never rejects. */
  readonly exited: Promise<number | string>
  /**
   * Returns the end of its output: standard error, and standard output unless the caller reads it.
   */
  output(): string
  /** Throws an error with the end of its output if it has ended. */
  assertRunning(): void
  /**
   * Sends SIGTERM, then SIGKILL if it does not exit within five seconds. Waits as long again for
   * the rest of its output. Safe to call twice.
   */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** Keeps standard input open for the caller to write to. */
  readonly stdin?: boolean
  /** The caller reads standard output. */
  readonly ownStdout?: boolean
  /**
   * A command, with its arguments, that runs the program in its place: `nsenter`, for example.
   * Default: none.
   */
  readonly within?: readonly string[]
}

/** Starts a program. Resolves once it runs, and rejects if it cannot be started. */
export async function start(
  name: string,
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<ManagedProcess> {
  const isOwn = program === process.execPath && (args[0]?.startsWith(OWN_PROGRAMS) ?? false)
  const quick = isOwn ? QUICK_IMPORTS : []
  const [first, ...rest] = [...(options.within ?? []), program, ...quick, ...args]
  const child = spawn(first!, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, ...(args.some(arg => arg.startsWith(APPS)) && tunedEnv()) },
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  let tail = ''
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL)
  }
  if (!options.ownStdout) child.stdout!.on('data', keep)
  child.stderr!.on('data', keep)
  const exited = new Promise<number | string>(resolve => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? signal ?? 'gone')
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  running.add(child)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  return {
    name,
    pid: child.pid!,
    child,
    exited,
    output: () => tail,
    assertRunning() {
      if (!isRunning()) throw new Error(`${name} ended (${child.exitCode ?? child.signalCode}): ${tail}`)
    },
    async stop() {
      if (!isRunning()) return
      child.kill('SIGTERM')
      let timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      // A process that it started, and that is still running, may hold its output open.
      child.once('exit', () => {
        clearTimeout(timer)
        timer = setTimeout(() => {
          child.stdout!.destroy()
          child.stderr!.destroy()
        }, STOP_MS)
      })
      await exited
      clearTimeout(timer)
    },
  }
}
