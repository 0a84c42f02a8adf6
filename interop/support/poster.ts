import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from '@shoal/testing'
import { type ManagedProcess, start } from './process.ts'

const PROGRAM = fileURLToPath(new URL('./poster-process.ts', import.meta.url))

/** An entry that the store has acknowledged: client id and hash in hex. */
export interface Acknowledged {
  readonly clientId: string
  readonly sequence: number
  readonly hash: string
}

/** A process of a hub that appends to a room: see `poster-process.ts`. */
export class Poster implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly acknowledged: Acknowledged[] = []

  private constructor(process: ManagedProcess) {
    this.process = process
    createInterface({ input: process.child.stdout! }).on('line', line => {
      // A killed process may leave an incomplete line.
      if (line.endsWith('}')) this.acknowledged.push(JSON.parse(line))
    })
  }

  /** `place`: the path of a SQLite file, or the address of a PostgreSQL database. */
  static async start(place: string, room: Uint8Array): Promise<Poster> {
    const args = [PROGRAM, place, Buffer.from(room).toString('hex')]
    return new Poster(await start('poster', process.execPath, args, { ownStdout: true }))
  }

  /** Resolves when `count` more entries are acknowledged. */
  async more(count: number): Promise<void> {
    const target = this.acknowledged.length + count
    await until(`${count} more entries are acknowledged`, () => {
      this.process.assertRunning()
      return this.acknowledged.length >= target
    })
  }

  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL')
    await this.process.exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}
