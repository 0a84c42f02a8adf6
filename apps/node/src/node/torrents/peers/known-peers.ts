import type { Database } from '@shoal/daemon/database'
import type { PeerStatus } from '@shoal/torrent'
import type { Persons } from '../../people/service.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import { Countries } from './countries.ts'
import { GoodPeerStore } from './good-peer-store.ts'
import { GoodPeers } from './good-peers.ts'
import type { PeerTest } from './peer-reach.ts'
import { PeerStore } from './peer-store.ts'
import { hostOf, type PeerFacts } from './peer-view.ts'

export interface KnownPeersOptions {
  readonly database: Database
  readonly persons: Persons | null
  recordId(id: string): number | undefined
}

/** The node's knowledge of peers, over all torrents and runs. */
export class KnownPeers {
  readonly facts: PeerFacts
  readonly records: PeerStore
  readonly good: GoodPeers
  /** The last attempt of a hub to connect to the peer port. */
  test: PeerTest | null = null

  constructor({ database, persons, recordId }: KnownPeersOptions) {
    this.facts = { countries: new Countries(), persons }
    this.records = new PeerStore(database)
    this.good = new GoodPeers({ store: new GoodPeerStore(database), recordId })
  }

  /** Records what a peer gave and took until its connection ended. */
  closed(torrent: ManagedTorrent, peer: PeerStatus): void {
    torrent.sources.closed(peer)
    const { kind, address, client, downloadedBytes, uploadedBytes, wastedBytes } = peer
    if (kind === 'webseed') return
    const traffic = { host: hostOf(address), client, downloadedBytes, uploadedBytes, wastedBytes }
    this.records.add(Date.now(), [{ ...traffic, connections: 1 }])
  }
}
