/** Messages between the worker that runs the engine and the page, which alone can open the host of libp2p. Plain data for a message port. */
import type { InfoHashes } from '@shoal/torrent'

/** A torrent of the page, for which others are to be found. */
export interface PageTorrent {
  readonly infoHashes: InfoHashes
  /** Those of the DHT under which it is announced and sought: multihashes of 34 bytes. */
  readonly keys: readonly Uint8Array[]
  /** Looks for those who have it. */
  readonly seeks: boolean
  /** Lets others find it here. */
  readonly provides: boolean
}

/** To the page. */
export type PageHostOrder =
  /** Carries an offer to a peer, by a name that `parsePeerName` reads. Answered with the same `call`. */
  | { readonly kind: 'carry'; readonly call: number; readonly peer: string; readonly sdp: string }
  /** The answer to the offer of a peer; empty if it is not wanted. */
  | { readonly kind: 'answer'; readonly call: number; readonly sdp: string }
  /** The torrents for which others are found from now on. Replaces those sent before. */
  | { readonly kind: 'torrents'; readonly torrents: readonly PageTorrent[] }

/** To the worker. */
export type PageHostNews =
  /** The page has loaded libp2p. */
  | { readonly kind: 'open' }
  | { readonly kind: 'carried'; readonly call: number; readonly sdp: string }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string }
  /** A peer makes an offer, which is to be answered. `peer`: its PeerId as a multihash. */
  | (KnownServers & {
      readonly kind: 'offered'
      readonly call: number
      readonly peer: Uint8Array
      readonly sdp: string
    })
  /** Others have a torrent, according to the DHT. `peers`: their PeerIds. */
  | (KnownServers & {
      readonly kind: 'found'
      readonly infoHashes: InfoHashes
      readonly peers: readonly string[]
    })

interface KnownServers {
  /** URLs of the STUN servers of nodes that are connected now. */
  readonly stun: readonly string[]
}
