/** Nodes found in the DHT, as peers of torrents. */
import type { Connection, Libp2p } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerAddress } from '@shoal/torrent'
import { formatIp } from '@shoal/torrent/base'
import { isLoopback } from '@shoal/torrent/local-address'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import type { Contact } from '../kad/contact.ts'
import { ipOf, isPublic, isWebrtcDirect } from '../multiaddrs.ts'
import { linkedAddress, peerAddress } from '../transport/peer-name.ts'

/** A node: its PeerId, and multiaddrs that end with it. */
export interface NamedNode {
  readonly id: string
  readonly addresses: readonly string[]
}

export function namedNode({ id, addresses }: Contact): NamedNode {
  const peer = peerIdFromMultihash(decodeMultihash(id) as never).toString()
  return { id: peer, addresses: addresses.map(bytes => `${multiaddr(bytes)}/p2p/${peer}`) }
}

/**
 * Adds a node's addresses to the host, and returns its address as a peer. The host connects when
 * that is dialed.
 */
export async function learnPeer(libp2p: Libp2p, { id, addresses }: Contact): Promise<PeerAddress> {
  const peer = peerIdFromMultihash(decodeMultihash(id) as never)
  await libp2p.peerStore.merge(peer, { multiaddrs: addresses.map(bytes => multiaddr(bytes)) })
  return peerAddress(peer)
}

/**
 * Connects to a multiaddr, which need not contain a PeerId. Rejects with an error of libp2p, or
 * with the signal's reason.
 */
export function dialText(libp2p: Libp2p, text: string, signal: AbortSignal): Promise<Connection> {
  return libp2p.dial(multiaddr(text), { signal })
}

/**
 * Returns the names by which pages reach a host, for links: WebRTC direct at one public address and
 * at one of the local network. A loopback address is included only if there is no other.
 */
export function pagePeers(libp2p: Libp2p): string[] {
  const direct = libp2p.getMultiaddrs().filter(isWebrtcDirect)
  const isHere = (address: Multiaddr) => isLoopback(formatIp(ipOf(address) ?? new Uint8Array(4)))
  const outside = direct.find(isPublic)
  const nearby = direct.find(address => !isPublic(address) && !isHere(address))
  const chosen = outside || nearby ? [outside, nearby] : direct.slice(0, 1)
  return chosen.flatMap(address => (address ? [linkedAddress(address)] : []))
}

/** Returns the multiaddrs of the nodes in the routing table, to rejoin after a restart. */
export function knownNodes(contacts: readonly Contact[]): string[] {
  return contacts.flatMap(contact => namedNode(contact).addresses.slice(0, 2))
}
