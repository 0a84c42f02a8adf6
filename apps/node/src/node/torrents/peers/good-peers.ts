/** Peers that a torrent was downloaded from in the last run, which are tried first in this run. */
import type { PeerStatus } from '@shoal/torrent'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { GoodPeerStore } from './good-peer-store.ts'
import { peerScore } from './peer-store.ts'

/** Maximum number per torrent. */
const MOST = 20

export interface GoodPeersContext {
  readonly store: GoodPeerStore
  recordId(id: string): number | undefined
}

export class GoodPeers {
  readonly #context: GoodPeersContext
  readonly #recalled = new WeakSet<ManagedTorrent>()
  /** Addresses as they were last written, to avoid writing the same again. */
  readonly #written = new WeakMap<ManagedTorrent, string>()

  constructor(context: GoodPeersContext) {
    this.#context = context
  }

  /** Saves the peers that upload now. Keeps the previous ones if none does at the moment. */
  note(torrent: ManagedTorrent): void {
    const id = this.#context.recordId(torrent.id)
    if (id === undefined || isPrivate(torrent) || torrent.state !== 'downloading') return
    const addresses = bestPeers(torrent.api.peers())
    // The order changes constantly, and all of them are tried anyway.
    const text = addresses.toSorted().join()
    if (addresses.length === 0 || this.#written.get(torrent) === text) return
    const all = new Set([...addresses, ...this.#context.store.of(id)])
    this.#context.store.replace(id, [...all].slice(0, MOST))
    this.#written.set(torrent, text)
  }

  /** Adds the saved peers, once per run, when the torrent starts to search for peers. */
  recall(torrent: ManagedTorrent): void {
    const { state } = torrent
    if (state !== 'downloading' && state !== 'metadata') return
    const id = this.#context.recordId(torrent.id)
    if (id === undefined || this.#recalled.has(torrent) || isPrivate(torrent)) return
    this.#recalled.add(torrent)
    for (const address of this.#context.store.of(id)) torrent.api.addPeer(address, { keep: false })
  }
}

/** BEP 27: peers of a private torrent come only from its trackers. */
function isPrivate({ api }: ManagedTorrent): boolean {
  return api.metainfo?.info.private ?? false
}

/** An incoming peer is contacted at the listen port that it announced. */
export function bestPeers(peers: readonly PeerStatus[]): string[] {
  return peers
    .filter(({ kind, downloadedBytes }) => (kind === 'tcp' || kind === 'utp') && downloadedBytes > 0)
    .sort((a, b) => peerScore(b) - peerScore(a))
    .flatMap(({ address, incoming, listenAddress }) => (incoming ? (listenAddress ?? []) : address))
    .slice(0, MOST)
}
