import type { Database, Query } from '@shoal/daemon/database'

/** Good peers of each torrent, best first: those that uploaded the most in the last run. */
export class GoodPeerStore {
  readonly #database: Database
  readonly #of: Query<{ readonly address: string }>
  readonly #add: Query<never>
  readonly #delete: Query<never>

  constructor(database: Database) {
    this.#database = database
    this.#of = database.prepare('SELECT address FROM torrent_peers WHERE torrent_id = ? ORDER BY rank')
    this.#add = database.prepare('INSERT INTO torrent_peers VALUES (?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM torrent_peers WHERE torrent_id = ?')
  }

  /** Addresses as `TorrentApi.addPeer` takes them. */
  of(torrentId: number): string[] {
    return this.#of.all(torrentId).map(({ address }) => address)
  }

  /** Replaces the previous ones. */
  replace(torrentId: number, addresses: readonly string[]): void {
    this.#database.transaction(() => {
      this.#delete.run(torrentId)
      for (const [rank, address] of addresses.entries()) this.#add.run(torrentId, rank, address)
    })
  }
}
