import type { NetworkStatus } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Host } from '@shoal/network/host'
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import type { InfoHashes } from '@shoal/torrent'
import type { ManagedTorrent } from '../torrents/service.ts'

/** The Shoal network, for capabilities that use it. */
export interface Network {
  /**
   * The host while the network is on, otherwise null. A change of settings or of the network key
   * replaces it.
   */
  readonly host: Host | null
  readonly status: Pick<NetworkStatus, 'state'>
  /** The host. Throws `unsupported` with the reason while the network is off. */
  readonly mustRun: Host
  /**
   * Finds providers of a torrent by all its hashes at once, and returns multiaddrs by PeerId.
   * Rejects with the signal's reason, and like `mustRun`.
   */
  findProviders(infoHashes: InfoHashes, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>>
  /**
   * Calls `onOpen` with the present host and each later one. The function that it returns is called
   * before the host closes. `signaled`: makes WebRTC connections with the ICE servers of the
   * settings and the network, which the caller closes; null if WebRTC is off.
   */
  use(
    onOpen: (
      host: Host,
      signaled: () => Promise<SignaledPeers | null>,
    ) => (() => void | Promise<void>) | undefined,
  ): () => void
}

export const NETWORK = service<Network>('network')

/** The torrents that others can find at this node. */
export interface Published {
  /** Adds a torrent that was created or announced on this node. */
  add(torrent: ManagedTorrent): void
}

export const PUBLISHED = service<Published>('published torrents')
