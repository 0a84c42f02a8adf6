/**
 * Messages between a page and its worker about peer connections, which only pages can create. Each
 * has a number.
 */
import type { PeerAddress, RtcCandidate, RtcConfig } from '@shoal/torrent'

/** Messages to the page. */
export type RtcOrder =
  | { readonly kind: 'create'; readonly peer: number; readonly config: RtcConfig }
  /** Each of these is answered with the same `call`. */
  | { readonly kind: 'offer'; readonly peer: number; readonly call: number }
  | { readonly kind: 'accept-offer'; readonly peer: number; readonly call: number; readonly sdp: string }
  | { readonly kind: 'accept-answer'; readonly peer: number; readonly call: number; readonly sdp: string }
  /** Opens a libp2p host that listens to the port. */
  | { readonly kind: 'libp2p'; readonly port: MessagePort }
  | { readonly kind: 'candidate'; readonly peer: number; readonly candidate: RtcCandidate }
  | { readonly kind: 'close'; readonly peer: number }

/** Messages to the worker. */
export type RtcNews =
  | { readonly kind: 'answered'; readonly call: number; readonly sdp: string }
  | { readonly kind: 'refused'; readonly call: number; readonly code: string; readonly message: string }
  /** The data channel, which is not open yet. */
  | { readonly kind: 'channel'; readonly peer: number; readonly channel: RTCDataChannel }
  | { readonly kind: 'connected'; readonly peer: number; readonly remote: PeerAddress | null }
  | { readonly kind: 'failed'; readonly peer: number }
