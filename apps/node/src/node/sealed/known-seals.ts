/**
 * Remembers how torrents are sealed, so that the node can show their links again. Stored encrypted,
 * because a link contains its key.
 */
import type { Database, Migration, Query } from '@shoal/daemon/database'
import type { Vault } from '@shoal/daemon/vault'
import type { Seal } from '@shoal/links'
import type { Log } from '../kernel/log/log.ts'
import type { KnownSeal, ManagedTorrent, Torrents } from '../torrents/service.ts'

export const SEALED_TABLES: readonly Migration[] = [
  'CREATE TABLE sealed_torrents (torrent TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT, WITHOUT ROWID;',
]

/** The plaintext before encryption. Bytes are in hex. */
interface Secret {
  readonly by: Seal['by']
  readonly key?: string
  readonly original: string | null
}

export interface KnownSealsContext {
  readonly database: Database
  readonly torrents: Pick<Torrents, 'registry'>
  readonly vault: Vault
  readonly log: Log
}

export class KnownSeals {
  readonly #context: KnownSealsContext
  /** By torrent id. */
  readonly #seals = new Map<string, KnownSeal>()
  readonly #all: Query<{ readonly torrent: string; readonly secret: string }>
  readonly #save: Query<never>
  readonly #delete: Query<never>

  constructor(context: KnownSealsContext) {
    this.#context = context
    const { database } = context
    this.#all = database.prepare('SELECT torrent, secret FROM sealed_torrents')
    this.#save = database.prepare('INSERT OR REPLACE INTO sealed_torrents VALUES (?, ?)')
    this.#delete = database.prepare('DELETE FROM sealed_torrents WHERE torrent = ?')
  }

  /** Null if it is unknown. */
  of({ id }: ManagedTorrent): KnownSeal | null {
    return this.#seals.get(id) ?? null
  }

  /**
   * Restores the seals of restored torrents. Without the node's key, they are only known to be
   * sealed.
   */
  async restore(): Promise<void> {
    const { torrents, vault, log } = this.#context
    let lost = 0
    for (const { torrent: id, secret } of this.#all.all()) {
      const torrent = torrents.registry.find(id)
      if (!torrent) {
        this.#delete.run(id)
        continue
      }
      try {
        const { by, key, original } = (await vault.open(secret)) as Secret
        this.#seals.set(id, { seal: readSeal(by, key), original })
        torrents.registry.touch(torrent)
      } catch {
        lost++
      }
    }
    if (lost > 0) log.warn(`the links of ${lost} sealed shares are lost with the node's key: seal them again`)
  }

  async keep(torrent: ManagedTorrent, seal: Seal, original: string | null): Promise<void> {
    const secret: Secret = {
      by: seal.by,
      ...(seal.by === 'key' && { key: Buffer.from(seal.key).toString('hex') }),
      original,
    }
    this.#save.run(torrent.id, await this.#context.vault.seal(secret))
    this.#seals.set(torrent.id, { seal, original })
    this.#context.torrents.registry.touch(torrent)
  }

  forget(id: string): void {
    this.#seals.delete(id)
    this.#delete.run(id)
  }
}

function readSeal(by: Seal['by'], key = ''): Seal {
  return by === 'key' ? { by, key: new Uint8Array(Buffer.from(key, 'hex')) } : { by }
}
