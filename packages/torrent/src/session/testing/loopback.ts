import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { seededRandom } from '../../base/random.ts'
import { createTorrent } from '../../hash/create.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { SessionOptions } from '../../session-api.ts'
import type { SessionEnvironment } from '../environment.ts'
import { Session } from '../session.ts'

/**
 * Sessions on loopback with folders on disk: all closed and deleted at the end of a test's block.
 */
export class Loopback implements AsyncDisposable {
  readonly folder: string
  readonly sessions: Session[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(): Promise<Loopback> {
    return new Loopback(await mkdtemp(join(tmpdir(), 'shoal-session-')))
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  async open(options: SessionOptions = {}, environment: SessionEnvironment = {}): Promise<Session> {
    const session = await Session.open(
      { port: 0, host: '127.0.0.1', dht: false, lsd: false, trackers: false, ...options },
      environment,
    )
    this.sessions.push(session)
    return session
  }

  /** Writes files of random bytes into the folder `name` and makes a torrent of it. */
  async torrent(
    name: string,
    files: Readonly<Record<string, number>>,
    pieceLengthBytes = 32_768,
  ): Promise<Metainfo> {
    const random = seededRandom(3)
    for (const [file, length] of Object.entries(files)) {
      const path = this.path(name, ...file.split('/'))
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, random.bytes(length))
    }
    return createTorrent(this.path(name), { pieceLengthBytes })
  }

  /** Copies the files in the state in which a killed process would leave them. */
  async snapshot(from: string, to: string): Promise<void> {
    await cp(this.path(from), this.path(to), { recursive: true, preserveTimestamps: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.sessions.map(session => session.close()))
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
