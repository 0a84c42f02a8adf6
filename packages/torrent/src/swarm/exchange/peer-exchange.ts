import { formatHostPort, parseIp } from '../../base/ip.ts'
import type { Connection, PeerAddress } from '../../transport/transport.ts'
import { PexFlag, type PexPeer } from '../../wire/extensions/pex-flags.ts'
import { encodePex, MAX_PEX_PEERS, PEX_INTERVAL_MS, parsePex } from '../../wire/extensions/ut-pex.ts'

/** Interval between checks for changes if there was nothing to send. */
const PEX_LOOK_MS = 5000
/** Minimum interval between accepted messages (BEP 11: once a minute; clocks differ). */
const PEX_LEAST_MS = PEX_INTERVAL_MS * 0.75
/** Maximum number of a peer's peers that are remembered because it can introduce us to them. */
const MAX_INTRODUCIBLE = 200
/** Time for which a new peer that has not announced its extensions is not reported to others. */
const SILENT_MS = 10_000

/**
 * Peer exchange with one peer (BEP 11): when messages are due, which peers it already knows, and
 * which peers it can reach.
 */
export class PeerExchange {
  #dueMs = Number.NEGATIVE_INFINITY
  #receivedMs = Number.NEGATIVE_INFINITY
  /** The peers that were reported to it, by address. */
  #told = new Map<string, PexPeer>()
  /** Addresses of the peers to which it can introduce us (BEP 55). */
  readonly #introducible = new Set<string>()

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs
  }

  /** Returns the peers that a message adds; none if it comes too soon. Throws `bad-message`. */
  received(payload: Uint8Array, nowMs: number): readonly PexPeer[] {
    if (nowMs - this.#receivedMs < PEX_LEAST_MS) return []
    this.#receivedMs = nowMs
    const { added, dropped } = parsePex(payload)
    for (const { host, port } of dropped) this.#introducible.delete(formatHostPort(host, port))
    for (const { host, port, flags } of added)
      if (flags & PexFlag.holepunch && this.#introducible.size < MAX_INTRODUCIBLE)
        this.#introducible.add(formatHostPort(host, port))
    return added
  }

  /**
   * Whether the peer reported that it is connected to one at this address that supports hole
   * punching.
   */
  canIntroduce({ host, port }: PeerAddress): boolean {
    return this.#introducible.has(formatHostPort(host, port))
  }

  /**
   * Returns a message with the changes since the last one, or null if there are none. `own`: the
   * address of the peer itself.
   */
  message(peers: readonly PexPeer[], own: PeerAddress | null, nowMs: number): Uint8Array | null {
    const current = new Map(peers.map(peer => [formatHostPort(peer.host, peer.port), peer]))
    if (own) current.delete(formatHostPort(own.host, own.port))
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
export interface ExchangeablePeer {
  readonly link: { readonly connection: Connection }
  readonly encrypted: boolean
  readonly isPunched: boolean
  readonly connectedMs: number
  readonly handshake: { readonly features: { readonly extended: boolean } }
  readonly pieces: { readonly uploadOnly: boolean }
  readonly extensions: {
    readonly listenPort: number | undefined
    readonly hasGreeted: boolean
    supports(name: 'ut_holepunch'): boolean
  }
}

/**
 * Returns the address at which others can dial a peer, as far as known: an IP address and a port.
 */
export function exchangeableAddress({ link, extensions }: ExchangeablePeer): PeerAddress | null {
  const { dialableAddress } = link.connection
  // BEP 11 has room for IP addresses only.
  if (!dialableAddress || !parseIp(dialableAddress.host)) return null
  const port = dialableAddress.port || extensions.listenPort
  return port ? { host: dialableAddress.host, port } : null
}

/** The peers that may be reported to others: those whose listening address is known. */
export function exchangeablePeers(peers: Iterable<ExchangeablePeer>, nowMs: number): PexPeer[] {
  const list: PexPeer[] = []
  for (const peer of peers) {
    const { incoming, kind } = peer.link.connection
    const address = exchangeableAddress(peer)
    const isSilent = peer.handshake.features.extended && !peer.extensions.hasGreeted
    if (!address || (isSilent && nowMs - peer.connectedMs < SILENT_MS)) continue
    const flags =
      (peer.encrypted ? PexFlag.prefersEncryption : 0) |
      (peer.pieces.uploadOnly ? PexFlag.uploadOnly : 0) |
      (kind === 'utp' ? PexFlag.utp : 0) |
      (peer.extensions.supports('ut_holepunch') ? PexFlag.holepunch : 0) |
      (incoming || peer.isPunched ? 0 : PexFlag.reachable)
    list.push({ ...address, flags })
  }
  return list
}
