import { fileURLToPath } from 'node:url'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'
import type { Seeded, SeedOptions } from './seeder.ts'

const PROGRAM = fileURLToPath(new URL('./seeder-process.ts', import.meta.url))

/** A seeder in a separate process, which exits without notice. */
export class SeederProcess implements AsyncDisposable {
  readonly #process: ManagedProcess
  readonly #lines: JsonLines

  private constructor(child: ManagedProcess) {
    this.#process = child
    this.#lines = new JsonLines(child)
  }

  static async start(): Promise<SeederProcess> {
    const options = { stdin: true, ownStdout: true }
    return new SeederProcess(await start('seeder', process.execPath, [PROGRAM], options))
  }

  seed(path: string, trackers: readonly string[], options: SeedOptions = {}): Promise<Seeded> {
    return this.#lines.call('seed', { path, trackers, options })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop()
  }
}
