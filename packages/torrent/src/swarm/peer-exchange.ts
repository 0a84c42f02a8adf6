import { formatHostPort, parseIp } from '../base/ip.ts'
import type { Connection } from '../transport/transport.ts'
import { PexFlag, type PexPeer } from '../wire/extensions/pex-flags.ts'
import { encodePex, MAX_PEX_PEERS, PEX_INTERVAL_MS, parsePex } from '../wire/extensions/ut-pex.ts'

/** Whether this platform exchanges peers at all. */
export const EXCHANGES_PEERS = true as boolean

/** How often we look for news if there was nothing to send. */
const PEX_LOOK_MS = 5000
/** Messages are accepted at most this often (BEP 11: once a minute; clocks differ). */
const PEX_LEAST_MS = PEX_INTERVAL_MS * 0.75

/** Peer exchange with one peer (BEP 11): when messages are due, and what the peer knows already. */
export class PeerExchange {
  #dueMs = Number.NEGATIVE_INFINITY
  #receivedMs = Number.NEGATIVE_INFINITY
  /** The peers we have told it of, by address. */
  #told = new Map<string, PexPeer>()

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs
  }

  /** Returns whether to accept a message now, and counts it. */
  accepts(nowMs: number): boolean {
    if (nowMs - this.#receivedMs < PEX_LEAST_MS) return false
    this.#receivedMs = nowMs
    return true
  }

  /** A message with the changes since the last one, or null if there are none. `own`: the address of the peer itself. */
  message(peers: readonly PexPeer[], own: string, nowMs: number): Uint8Array | null {
    const current = new Map(peers.map(peer => [formatHostPort(peer.host, peer.port), peer]))
    current.delete(own)
    const added = [...current].filter(([address]) => !this.#told.has(address)).slice(0, MAX_PEX_PEERS)
    const dropped = [...this.#told].filter(([address]) => !current.has(address)).slice(0, MAX_PEX_PEERS)
    for (const [address, peer] of added) this.#told.set(address, peer)
    for (const [address] of dropped) this.#told.delete(address)
    const isNews = added.length > 0 || dropped.length > 0
    this.#dueMs = nowMs + (isNews ? PEX_INTERVAL_MS : PEX_LOOK_MS)
    if (!isNews) return null
    return encodePex({ added: added.map(([, peer]) => peer), dropped: dropped.map(([, peer]) => peer) })
  }
}

/** The facts about a peer that others receive. */
interface ConnectedPeer {
  readonly link: { readonly connection: Connection }
  readonly encrypted: boolean
  readonly pieces: { readonly uploadOnly: boolean }
  readonly extensions: { readonly listenPort: number | undefined }
}

/** Returns the peers that a message adds. Throws `bad-message`. */
export function addedPeers(payload: Uint8Array): readonly PexPeer[] {
  return parsePex(payload).added
}

/** The peers that we may tell others of: those whose listening address is known. */
export function exchangeablePeers(peers: Iterable<ConnectedPeer>): PexPeer[] {
  const list: PexPeer[] = []
  for (const peer of peers) {
    const { dialableAddress, incoming, kind } = peer.link.connection
    // BEP 11 has room for IP addresses only.
    if (!dialableAddress || !parseIp(dialableAddress.host)) continue
    const port = dialableAddress.port || peer.extensions.listenPort
    if (!port) continue
    const flags =
      (peer.encrypted ? PexFlag.prefersEncryption : 0) |
      (peer.pieces.uploadOnly ? PexFlag.uploadOnly : 0) |
      (kind === 'utp' ? PexFlag.utp : 0) |
      (incoming ? 0 : PexFlag.reachable)
    list.push({ host: dialableAddress.host, port, flags })
  }
  return list
}
