/** The contract of BitTorrent clients in benchmarks. */
import type { Endpoint } from '../../interop/support/libtorrent.ts'
import type { ProcessUsage } from '../../interop/support/usage.ts'

/** Where a client runs, and over which transport it connects and accepts. */
export interface PeerNetwork {
  /** Its own IP address. */
  readonly host: string
  readonly transport: 'tcp' | 'utp'
  /** A command that starts a program in another network. Default: none. */
  readonly within?: readonly string[]
}

export const LOOPBACK: PeerNetwork = { host: '127.0.0.1', transport: 'tcp' }

export interface Download {
  /** A .torrent file. */
  readonly torrent: string
  /** Target folder. */
  readonly directory: string
  /** Peers to connect to. */
  readonly peers: readonly BenchPeer[]
}

export interface BenchPeer extends AsyncDisposable {
  /** Name and version. */
  readonly version: string
  /** Address and port at which it accepts connections. */
  readonly host: string
  readonly port: number
  /** Seeds complete content. Resolves once it is seeding. */
  seed(torrent: string, directory: string): Promise<void>
  /**
   * Resolves when everything is downloaded and verified, with the milliseconds from the call to the
   * first payload byte.
   */
  download(download: Download): Promise<{ firstByteMs: number }>
  /**
   * Starts a download without peers, and resolves once it accepts connections. For swarms, where a
   * client that is dialed too early would refuse. Call `dial` next, then `done`, which resolves
   * like `download`.
   */
  begin?(download: Omit<Download, 'peers'>): Promise<void>
  done?(): Promise<unknown>
  /** Connects the last added torrent to another peer. */
  dial?(port: number): Promise<void>
  /** Adds complete, idle torrents without reading their content. Resolves when all are added. */
  addMany?(torrents: readonly string[], directory: string): Promise<{ seconds: number }>
  /** Resolves with the resource usage of its process so far. */
  usage(): Promise<ProcessUsage>
}

export function endpoints(peers: readonly BenchPeer[]): Endpoint[] {
  return peers.map(peer => [peer.host, peer.port])
}
