import { fileURLToPath } from 'node:url'
import { JsonLines } from '../json-lines.ts'
import { type ManagedProcess, start } from '../process.ts'
import type { ProcessUsage } from '../usage.ts'
import type { PipeKind } from './pipe.ts'

const PROGRAM = fileURLToPath(new URL('./pipe-process.ts', import.meta.url))
const DEADLINE_MS = 300_000

/** One end of a pipe, in a separate process. */
export class PipeEnd implements AsyncDisposable {
  readonly #process: ManagedProcess
  readonly #lines: JsonLines

  private constructor(child: ManagedProcess) {
    this.#process = child
    this.#lines = new JsonLines(child)
  }

  /** `within`: see `StartOptions`. */
  static async start(kind: PipeKind, within: readonly string[] = []): Promise<PipeEnd> {
    const options = { stdin: true, ownStdout: true, within }
    return new PipeEnd(await start(`${kind} pipe`, process.execPath, [PROGRAM, kind], options))
  }

  async listen(host: string): Promise<number> {
    return (await this.#lines.call<{ port: number }>('listen', { host })).port
  }

  flood(host: string, port: number, bytes: number): Promise<void> {
    return this.#lines.call('flood', { host, port, bytes })
  }

  received(bytes: number): Promise<{ seconds: number }> {
    return this.#lines.call('received', { bytes }, DEADLINE_MS)
  }

  count(): Promise<number> {
    return this.#lines.call('count')
  }

  usage(): Promise<ProcessUsage> {
    return this.#lines.call('usage')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop()
  }
}
