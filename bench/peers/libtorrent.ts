import { Libtorrent, type LibtorrentTorrent } from '../../interop/support/libtorrent.ts'
import type { ProcessUsage } from '../../interop/support/usage.ts'
import { type BenchPeer, type Download, endpoints, LOOPBACK, type PeerNetwork } from './peer.ts'

const DEADLINE_MS = 300_000

/** A port for libtorrent without TCP: it reports none that it chose itself. */
let utpPort = 30_000

/** libtorrent with its default settings, over one transport, without encryption. */
export class LibtorrentPeer implements BenchPeer {
  readonly #peer: Libtorrent
  readonly host: string
  readonly port: number
  readonly version: string
  #torrent: LibtorrentTorrent | undefined

  private constructor(peer: Libtorrent, host: string, port: number) {
    this.#peer = peer
    this.host = host
    this.port = port
    this.version = `libtorrent ${peer.version}`
  }

  static async start({ host, transport, within = [] }: PeerNetwork = LOOPBACK): Promise<LibtorrentPeer> {
    const isUtp = transport === 'utp'
    const port = isUtp ? utpPort++ : 0
    const settings = {
      listen_interfaces: `${host}:${port}`,
      enable_incoming_utp: isUtp,
      enable_outgoing_utp: isUtp,
      enable_incoming_tcp: !isUtp,
      enable_outgoing_tcp: !isUtp,
    }
    const peer = await Libtorrent.start({ encryption: 'plain', settings, within })
    return new LibtorrentPeer(peer, host, port || peer.port)
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
    await this.#torrent?.connect(port, this.host)
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
