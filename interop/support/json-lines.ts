/**
 * Calls to a child process: one JSON request per line on its standard input, one response per line
 * on its standard output.
 */
import { createInterface } from 'node:readline'
import { limitMs } from '@shoal/testing'
import type { ManagedProcess } from './process.ts'

const RESPONSE_LIMIT_MS = limitMs(60)

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The calling side. The process must have been started with `stdin` and `ownStdout`. */
export class JsonLines {
  readonly #process: ManagedProcess
  #next = 1
  readonly #waiting = new Map<number, Waiting>()

  constructor(child: ManagedProcess) {
    this.#process = child
    createInterface({ input: child.child.stdout! }).on('line', line => this.#onLine(line))
    // Writing to a process that has just exited fails; `exited` reports it to pending calls.
    child.child.stdin!.on('error', () => {})
    void child.exited.then(how => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`${child.name} ended (${how}): ${child.output()}`))
      this.#waiting.clear()
    })
  }

  /**
   * Rejects with the other side's error or if there is no response. `extraMs` extends the timeout.
   */
  call<T>(op: string, args: object = {}, extraMs = 0): Promise<T> {
    this.#process.assertRunning()
    const id = this.#next++
    // Undefined members are omitted, so that the other side's defaults apply.
    this.#process.child.stdin!.write(`${JSON.stringify({ id, op, ...args })}\n`)
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`${this.#process.name} does not answer ${op}: ${this.#process.output()}`))
      }, RESPONSE_LIMIT_MS + extraMs)
      this.#waiting.set(id, {
        resolve(value) {
          clearTimeout(timer)
          resolve(value as T)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      })
    })
  }

  #onLine(line: string): void {
    const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error !== undefined) waiting?.reject(new Error(`${this.#process.name}: ${error}`))
    else waiting?.resolve(result)
  }
}

/** The responding side for TypeScript programs: runs until its standard input ends, then exits. */
export function answerJsonLines(operations: Record<string, (args: never) => unknown>): void {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async line => {
    const { id, op, ...args } = JSON.parse(line) as { id: number; op: string }
    let answer: object
    try {
      const operation = operations[op]
      if (!operation) throw new Error(`no operation ${op}`)
      answer = { id, result: (await operation(args as never)) ?? null }
    } catch (error) {
      answer = {
        id,
        error: `${op}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      }
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  })
  // The parent process has exited or closed the pipe.
  lines.on('close', () => process.exit(0))
}
