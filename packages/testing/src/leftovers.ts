/**
 * Finds what a test file leaves behind: processes, network namespaces, mounts and temporary
 * folders. The file gets a separate temporary folder, and an environment variable that all child
 * processes inherit. On systems other than Linux, only folders are found.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from './limits.ts'

/** Time limit for a process to exit after its signal. */
const ENDING_SECONDS = 10

const PAUSE_MS = 20

const MARK = 'SHOAL_TEST_FILE'

/** Chromium's sound leaves the folder of PulseAudio's client, even when it is closed properly. */
const OF_PROGRAMS = /^pulse-/

/**
 * Folder in which `ip netns` keeps the names of network namespaces. Those of tests contain their
 * process ID.
 */
const NAMESPACES = '/run/netns'

// Real time, even if a test replaces the clock.
const { setTimeout } = globalThis
const nowMs = performance.now.bind(performance)

/**
 * Watches a test file from its start to `end`, and finds what it started and created but did not
 * remove. One at a time per process.
 */
export class Leftovers {
  readonly #before = process.env.TMPDIR
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'shoal-t-')))

  constructor() {
    // Some programs drop root privileges before they look into their folders.
    if (process.platform !== 'win32') chmodSync(this.#folder, 0o755)
    process.env.TMPDIR = this.#folder
    process.env[MARK] = this.#folder
  }

  /**
   * Waits for exiting processes, kills the others, and removes folders. Returns a line for each
   * leftover.
   */
  async end(): Promise<string[]> {
    const left = [...(await this.#endProcesses()), ...namespaces(), ...this.#mounts()]
    delete process.env[MARK]
    if (this.#before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = this.#before
    const names = readdirSync(this.#folder).filter(name => !OF_PROGRAMS.test(name))
    // Other file systems may be mounted there, which must not be deleted.
    if (this.#mounts().length === 0) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    return [...left, ...(names.length > 0 ? [`temporary files ${names.join(', ')}`] : [])]
  }

  async #endProcesses(): Promise<string[]> {
    const endMs = nowMs() + limitMs(ENDING_SECONDS)
    for (;;) {
      const running = processesWith(`${MARK}=${this.#folder}`)
      if (running.length === 0) return []
      if (nowMs() < endMs) await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
      else return running.map(endProcess)
    }
  }

  #mounts(): string[] {
    // proc_pid_mountinfo(5): the fifth field is the mount point.
    const points = linesOf('/proc/self/mountinfo').map(line => line.split(' ')[4] ?? '')
    return points.filter(point => point.startsWith(`${this.#folder}/`)).map(point => `mounted: ${point}`)
  }
}

function namespaces(): string[] {
  try {
    const ours = readdirSync(NAMESPACES).filter(name => name.split('-').includes(String(process.pid)))
    return ours.map(name => `network namespace ${name}`)
  } catch {
    return []
  }
}

/** Returns the processes whose environment has `variable`, without zombies. */
function processesWith(variable: string): number[] {
  const all =
    process.platform === 'linux'
      ? readdirSync('/proc')
          .filter(name => Number(name) > 0)
          .map(Number)
      : []
  return all.filter(pid => {
    try {
      return (
        pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable)
      )
    } catch {
      // It has ended, or belongs to another user.
      return false
    }
  })
}

function endProcess(pid: number): string {
  const command = linesOf(`/proc/${pid}/cmdline`).join(' ').replaceAll('\0', ' ').trim()
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
  return `process ${pid}: ${command.slice(0, 200)}`
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n')
  } catch {
    return []
  }
}
