import type { Peer } from '@shoal/api'
import type { PeerStatus } from '@shoal/torrent'
import type { Persons } from '../../people/service.ts'
import type { Countries } from './countries.ts'

/** Facts about peers that the engine does not know. */
export interface PeerFacts {
  readonly countries: Countries
  readonly persons: Pick<Persons, 'personOf'> | null
}

export function peerView(peer: PeerStatus, { countries, persons }: PeerFacts): Peer {
  return {
    address: peer.kind === 'webseed' ? withoutUserInfo(peer.address) : peer.address,
    kind: peer.kind,
    client: peer.client,
    country: peer.kind === 'webseed' ? null : countries.of(hostOf(peer.address)),
    incoming: peer.incoming,
    encrypted: peer.encrypted,
    holePunched: peer.holePunched ?? false,
    networkKey: peer.networkKey ?? null,
    person: (peer.networkKey !== undefined && persons?.personOf(peer.networkKey)) || null,
    hasFastLane: peer.hasFastLane ?? false,
    progress: peer.progress,
    downloadBytesPerSecond: Math.round(peer.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(peer.uploadBytesPerSecond),
    downloadedBytes: peer.downloadedBytes,
    uploadedBytes: peer.uploadedBytes,
    amChoking: peer.amChoking,
    amInterested: peer.amInterested,
    peerChoking: peer.peerChoking,
    peerInterested: peer.peerInterested,
    snubbed: peer.snubbed,
    origin: peer.origin,
    listenAddress: peer.listenAddress ?? null,
    peerId: startOf(peer.peerId),
    relevance: peer.relevance ?? 0,
    piece: peer.piece ?? null,
  }
}

const SHOWN_ID_BYTES = 8

function startOf(peerId: Uint8Array | undefined): string {
  const start = Buffer.from(peerId?.subarray(0, SHOWN_ID_BYTES) ?? []).toString('latin1')
  return start.replace(/[^\x20-\x7e]/g, '')
}

/** Returns the host of `host:port` or `[IPv6]:port`. */
export function hostOf(address: string): string {
  return address.startsWith('[') ? address.slice(1, address.indexOf(']')) : address.replace(/:\d+$/, '')
}

function withoutUserInfo(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1')
}
