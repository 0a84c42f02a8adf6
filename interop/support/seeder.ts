/** Our engine as a seed that pages reach over WebRTC, in a separate process. */
import { fileURLToPath } from 'node:url'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'
import type { SeedOptions } from './seeder-process.ts'

const PROGRAM = fileURLToPath(new URL('./seeder-process.ts', import.meta.url))

export interface Seeded {
  readonly magnet: string
  readonly name: string
  readonly lengthBytes: number
}

/** `await using seeder = await Seeder.start()` */
export class Seeder implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly #lines: JsonLines

  private constructor(child: ManagedProcess) {
    this.process = child
    this.#lines = new JsonLines(child)
  }

  static async start(): Promise<Seeder> {
    return new Seeder(await start('seeder', process.execPath, [PROGRAM], { stdin: true, ownStdout: true }))
  }

  seed(path: string, trackers: readonly string[], options: SeedOptions = {}): Promise<Seeded> {
    return this.#lines.call('seed', { path, trackers, ...options })
  }

  /** Downloads a share completely. */
  get(magnet: string, directory: string): Promise<{ files: readonly string[]; kinds: readonly string[] }> {
    return this.#lines.call('get', { magnet, directory })
  }

  setUpload(bytesPerSecond: number): Promise<void> {
    return this.#lines.call('limit', { bytesPerSecond })
  }

  uploaded(): Promise<number> {
    return this.#lines.call('uploaded')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.stop()
  }
}
