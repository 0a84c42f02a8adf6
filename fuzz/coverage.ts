/** Which blocks of the project's code were executed, from V8's precise coverage of this thread. */
import { Session } from 'node:inspector'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../scripts/run.ts'

interface FunctionCoverage {
  readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[]
}

const PROJECT = pathToFileURL(ROOT).href
const FUZZER = pathToFileURL(import.meta.dirname).href

/** By function, one byte per character of its source: 1 if it was executed. */
export type Executed = ReadonlyMap<string, Uint8Array>

/** Returns whether `executed` contains anything that `seen` does not. */
export function isNew(executed: Executed, seen: Executed): boolean {
  for (const [name, now] of executed) {
    const before = seen.get(name)
    if (!before || now.some((byte, at) => byte > before[at]!)) return true
  }
  return false
}

/** Adds `executed` to `seen`. */
export function merge(executed: Executed, seen: Map<string, Uint8Array>): void {
  for (const [name, now] of executed) {
    const before = seen.get(name)
    if (before) for (let at = 0; at < now.length; at++) before[at]! |= now[at]!
    else seen.set(name, now)
  }
}

/**
 * Inner ranges come after outer ones. V8 merges neighbors with equal counts, so ranges of two runs
 * cannot be compared directly.
 */
function paint(ranges: FunctionCoverage['ranges']): Uint8Array {
  const { startOffset: origin, endOffset } = ranges[0]!
  const bytes = new Uint8Array(endOffset - origin)
  for (const { startOffset, endOffset: to, count } of ranges)
    bytes.fill(count > 0 ? 1 : 0, startOffset - origin, to - origin)
  return bytes
}

/** Code runs several times slower while this is open. */
export class Coverage {
  readonly #session = new Session()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Returns what was executed since the last call. */
  take(): Executed {
    const executed = new Map<string, Uint8Array>()
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error
      for (const { url, functions } of taken.result) {
        if (!url.startsWith(PROJECT) || url.startsWith(FUZZER) || url.includes('/node_modules/')) continue
        const file = url.slice(PROJECT.length)
        for (const { ranges } of functions as readonly FunctionCoverage[])
          executed.set(`${file}:${ranges[0]!.startOffset}`, paint(ranges))
      }
    })
    return executed
  }

  close(): void {
    this.#session.disconnect()
  }
}
