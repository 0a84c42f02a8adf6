/**
 * Messages between the worker that runs the engine and the page, which alone can run a libp2p host.
 * Plain data for a message port.
 */
import type { InfoHashes } from '@shoal/torrent'

/** A torrent of the page for which to find peers. */
export interface PageTorrent {
  readonly infoHashes: InfoHashes
  /** DHT keys under which it is announced and looked up: 34-byte multihashes. */
  readonly keys: readonly Uint8Array[]
  /** Whether to look for peers that have it. */
  readonly seeks: boolean
  /** Whether to announce it, so that others find this page. */
  readonly provides: boolean
}

/** Messages to the page. */
export type PageHostOrder =
  /**
   * Carries an offer to a peer, by a name that `parsePeerName` reads. Answered with the same
   * `call`.
   */
  | { readonly kind: 'carry'; readonly call: number; readonly peer: string; readonly sdp: string }
  /** The answer to a peer's offer; empty if declined. */
  | { readonly kind: 'answer'; readonly call: number; readonly sdp: string }
  /** The torrents for which to find peers from now on. Replaces the previous list. */
  | { readonly kind: 'torrents'; readonly torrents: readonly PageTorrent[] }

/** Messages to the worker. */
export type PageHostNews =
  /** The page has loaded libp2p. */
  | { readonly kind: 'open' }
  | { readonly kind: 'carried'; readonly call: number; readonly sdp: string }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string }
  /** A peer's offer, to be answered. `peer`: its PeerId as a multihash. */
  | (KnownServers & {
      readonly kind: 'offered'
      readonly call: number
      readonly peer: Uint8Array
      readonly sdp: string
    })
  /** Peers that have a torrent, according to the DHT. `peers`: their PeerIds. */
  | (KnownServers & {
      readonly kind: 'found'
      readonly infoHashes: InfoHashes
      readonly peers: readonly string[]
    })

interface KnownServers {
  /** URLs of the STUN servers of the currently connected nodes. */
  readonly stun: readonly string[]
}
