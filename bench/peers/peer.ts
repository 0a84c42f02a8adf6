/** A BitTorrent client as the benchmarks drive it, whoever's it is. */
import type { Endpoint } from '../../interop/support/libtorrent.ts'
import type { ProcessUsage } from '../../interop/support/usage.ts'

export interface Download {
  /** A .torrent file. */
  readonly torrent: string
  /** Where to put the content. */
  readonly directory: string
  /** Whom to connect to. */
  readonly peers: readonly BenchPeer[]
}

export interface BenchPeer extends AsyncDisposable {
  /** Name and version. */
  readonly version: string
  /** Where it accepts connections. */
  readonly port: number
  /** Offers content that is complete; resolves once it does. */
  seed(torrent: string, directory: string): Promise<void>
  /** Resolves when all is downloaded and verified: milliseconds from the call to the first payload byte. */
  download(download: Download): Promise<{ firstByteMs: number }>
  /**
   * Begins a download without anybody to connect to, and resolves once it would accept others: for swarms, where who is called too
   * early turns the caller away. Then `dial`, then `done`, which resolves as `download` does.
   */
  begin?(download: Omit<Download, 'peers'>): Promise<void>
  done?(): Promise<unknown>
  /** Connects to another peer for what was added last. */
  dial?(port: number): Promise<void>
  /** Adds complete torrents of which nobody wants anything, without reading their content; resolves when all are in. */
  addMany?(torrents: readonly string[], directory: string): Promise<{ seconds: number }>
  /** Of its process so far. */
  usage(): Promise<ProcessUsage>
}

export function endpoints(peers: readonly BenchPeer[]): Endpoint[] {
  return peers.map(peer => ['127.0.0.1', peer.port])
}
