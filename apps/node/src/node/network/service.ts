import type { NetworkStatus } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Host } from '@shoal/network/host'
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import type { InfoHashes } from '@shoal/torrent'
import type { ManagedTorrent } from '../torrents/service.ts'

/** The Shoal network, for capabilities that use it. */
export interface Network {
  /** The host while the network is on; else null. It is another one after a change of settings or of the network key. */
  readonly host: Host | null
  readonly status: Pick<NetworkStatus, 'state'>
  /** The host. Throws `unsupported` with the reason while the network is not on. */
  readonly mustRun: Host
  /**
   * Finds those who offer a torrent, by all its hashes at once, and returns multiaddrs by PeerId. Rejects with the signal's reason, and like `mustRun`.
   */
  findProviders(infoHashes: InfoHashes, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>>
  /**
   * Calls `onOpen` for each host when it opens, and for the present one. What that returns is called before the host closes. `signaled`: makes WebRTC connections with the ICE servers of the settings and the
   * network; null if WebRTC is off. Whoever calls it closes them.
   */
  use(
    onOpen: (
      host: Host,
      signaled: () => Promise<SignaledPeers | null>,
    ) => (() => void | Promise<void>) | undefined,
  ): () => void
}

export const NETWORK = service<Network>('network')

/** The torrents that others may find at this node. */
export interface Published {
  /** It was created or announced here. */
  add(torrent: ManagedTorrent): void
}

export const PUBLISHED = service<Published>('published torrents')
