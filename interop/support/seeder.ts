/** Our engine as a seed that pages reach over WebRTC. */
import { basename, dirname } from 'node:path'
import { limitMs } from '@shoal/testing'
import { createTorrent, magnetOf, Session } from '@shoal/torrent'

export interface Seeded {
  readonly magnet: string
  readonly name: string
  readonly lengthBytes: number
}

export interface SeedOptions {
  readonly version?: 'v1' | 'v2' | 'hybrid'
  readonly uploadBytesPerSecond?: number
  /** Folder of an incomplete copy: only its correct parts are uploaded. */
  readonly copyIn?: string
}

/** `await using seeder = await Seeder.start()` */
export class Seeder implements AsyncDisposable {
  readonly #session: Session

  private constructor(session: Session) {
    this.#session = session
  }

  static async start(): Promise<Seeder> {
    return new Seeder(await Session.open({ port: null, dht: false, lsd: false, userAgent: 'Shoal/test' }))
  }

  async seed(path: string, trackers: readonly string[], options: SeedOptions = {}): Promise<Seeded> {
    const { version = 'hybrid', uploadBytesPerSecond, copyIn } = options
    const metainfo = await createTorrent(path, { trackers: [trackers], version })
    if (uploadBytesPerSecond) this.#session.setLimits({ uploadBytesPerSecond })
    await this.#session.add(metainfo, { directory: copyIn ?? dirname(path), trusted: copyIn === undefined })
    return { magnet: magnetOf(metainfo), name: basename(path), lengthBytes: metainfo.info.lengthBytes }
  }

  /** Downloads a share completely. */
  async get(
    magnet: string,
    directory: string,
  ): Promise<{ files: readonly string[]; kinds: readonly string[] }> {
    const torrent = await this.#session.add(magnet, { directory })
    await torrent.whenComplete({ signal: AbortSignal.timeout(limitMs(50)) })
    const kinds = torrent.peers().map(({ kind }) => kind)
    return { files: torrent.files.map(({ diskPath }) => diskPath!), kinds }
  }

  /** 0: no limit. */
  setUpload(bytesPerSecond: number): void {
    this.#session.setLimits({ uploadBytesPerSecond: bytesPerSecond || Infinity })
  }

  get uploadedBytes(): number {
    return this.#session.stats.uploadedBytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close()
  }
}
