import { type ChildProcess, spawn } from 'node:child_process'
import { Failure } from '@shoal/daemon/failure'
import { type Clock, delay } from '@shoal/torrent'

const LIMIT_MS = 10 * 60_000
/** Milliseconds between SIGTERM and SIGKILL. */
const KILL_MS = 10_000
/** Maximum number of output bytes that are kept, from the end. */
const OUTPUT_BYTES = 64 * 1024

export interface HookResult {
  /** Exit code; null if a signal terminated it. */
  readonly code: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  /** The end of its combined output. */
  readonly output: string
}

/**
 * Runs a program without a shell, and terminates it after ten minutes or when the signal aborts.
 * Rejects with a Failure if it cannot be started.
 */
export async function runHook(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<HookResult> {
  // A separate process group, so that child processes are terminated, too.
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const output = keepTail(child)
  const ended = whenEnded(child)
  const timer = new AbortController()
  let timedOut = false
  const limit = delay(clock, LIMIT_MS, AbortSignal.any([signal, timer.signal])).then(
    () => {
      timedOut = true
    },
    () => {},
  )
  try {
    await Promise.race([ended, limit])
    if (child.exitCode === null && child.signalCode === null) await stop(child, ended, clock)
    const { code, signal } = await ended
    return { code, signal, timedOut, output: output() }
  } catch (cause) {
    throw new Failure('hook-failed', `${program} cannot be run: ${(cause as Error).message}`, { cause })
  } finally {
    timer.abort()
  }
}

type Ended = { code: number | null; signal: string | null }

function whenEnded(child: ChildProcess): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  child.once('error', reject)
  child.once('close', (code, signal) => resolve({ code, signal }))
  // Its children may keep the output open indefinitely.
  child.once('exit', (code, signal) => {
    const timer = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve({ code, signal })
    }, 1000)
    child.once('close', () => clearTimeout(timer))
  })
  return promise
}

async function stop(child: ChildProcess, ended: Promise<Ended>, clock: Clock): Promise<void> {
  kill(child, 'SIGTERM')
  const wait = new AbortController()
  const late = delay(clock, KILL_MS, wait.signal).then(
    () => kill(child, 'SIGKILL'),
    () => {},
  )
  await Promise.race([ended, late])
  wait.abort()
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // It has already ended.
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0)
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-OUTPUT_BYTES)
    })
  return () => tail.toString('utf8').trim()
}
