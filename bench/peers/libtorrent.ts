import { Libtorrent, type LibtorrentTorrent } from '../../interop/support/libtorrent.ts'
import type { ProcessUsage } from '../../interop/support/usage.ts'
import { type BenchPeer, type Download, endpoints } from './peer.ts'

const DEADLINE_MS = 300_000

/** libtorrent with its default settings, on loopback TCP, without encryption. */
export class LibtorrentPeer implements BenchPeer {
  readonly #peer: Libtorrent
  readonly port: number
  readonly version: string
  #torrent: LibtorrentTorrent | undefined

  private constructor(peer: Libtorrent) {
    this.#peer = peer
    this.port = peer.port
    this.version = `libtorrent ${peer.version}`
  }

  static async start(): Promise<LibtorrentPeer> {
    return new LibtorrentPeer(await Libtorrent.start({ encryption: 'plain' }))
  }

  async seed(torrent: string, directory: string): Promise<void> {
    this.#torrent = await this.#peer.add({ torrent, savePath: directory, seedMode: true })
    await this.#torrent.done()
  }

  async download({ torrent, directory, peers }: Download): Promise<{ firstByteMs: number }> {
    this.#torrent = await this.#peer.add({ torrent, savePath: directory, peers: endpoints(peers) })
    return { firstByteMs: (await this.#torrent.done(DEADLINE_MS)).firstByteMs ?? 0 }
  }

  async begin({ torrent, directory }: Omit<Download, 'peers'>): Promise<void> {
    this.#torrent = await this.#peer.add({ torrent, savePath: directory })
  }

  async done(): Promise<void> {
    await this.#torrent?.done(DEADLINE_MS)
  }

  async dial(port: number): Promise<void> {
    await this.#torrent?.connect(port)
  }

  addMany(torrents: readonly string[], directory: string): Promise<{ seconds: number }> {
    return this.#peer.addMany(torrents, directory)
  }

  usage(): Promise<ProcessUsage> {
    return this.#peer.usage()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer.stop()
  }
}
