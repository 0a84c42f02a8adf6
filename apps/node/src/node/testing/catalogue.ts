/**
 * The catalogue: all persistent data of the node, in one SQLite file of its data folder. One
 * object, used in-process.
 *
 * - Reads and single changes are synchronous methods of the stores: they take microseconds.
 * - `transaction(work)` does several changes together or none. Its changes survive the end of the
 *   process.
 * - `write(work)` does the same in the transaction that the engine's resume data of this moment
 *   goes into, and resolves when a power cut cannot undo it. To remove a torrent:
 *   `session.remove(…)` and `write(() => torrents.delete(id))` in the same turn.
 * - Errors have a `code` (`in-use`, `damaged`, `newer-version`, `no-space`, `no-permission`, `io`,
 *   `closed`, `bad-argument`) and say what to do.
 *
 * The stores are described in their files. The search index is in a second file, `search.db` next
 * to it, which can be rebuilt from this one and which two threads have open: `search` reads it,
 * `documents/indexer.ts` fills it.
 */
import { dirname, join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { JobStore } from '../kernel/job-store.ts'
import { SettingStore } from '../kernel/setting-store.ts'
import { PublicationStore } from '../publications/publication-store.ts'
import { FileStore } from '../search/file-store.ts'
import { IndexQueue } from '../search/index-queue.ts'
import { Search, type SearchAnswer, type SearchQuery } from '../search/search.ts'
import { LoginStore } from '../server/access/login-store.ts'
import { SavedPasskeys } from '../server/access/saved-passkeys.ts'
import { tableOwners } from '../table-owners.ts'
import { GoodPeerStore } from '../torrents/peers/good-peer-store.ts'
import { PeerStore } from '../torrents/peers/peer-store.ts'
import { HistoryStore } from '../torrents/records/history-store.ts'
import { LabelStore } from '../torrents/records/label-store.ts'
import { DatabaseResumeStore } from '../torrents/records/resume-store.ts'
import { TorrentStore } from '../torrents/records/torrent-store.ts'

export class Catalogue {
  readonly torrents: TorrentStore
  readonly files: FileStore
  readonly labels: LabelStore
  readonly settings: SettingStore
  readonly history: HistoryStore
  readonly peers: PeerStore
  readonly goodPeers: GoodPeerStore
  readonly jobs: JobStore
  readonly logins: LoginStore
  readonly passkeys: SavedPasskeys
  readonly publications: PublicationStore
  /** The indexer's queue and the index, for `documents/indexer.ts`. */
  readonly indexQueue: IndexQueue
  readonly index: Search
  readonly database: Database

  constructor(database: Database) {
    this.database = database
    this.torrents = new TorrentStore(database)
    this.files = new FileStore(database)
    this.labels = new LabelStore(database)
    this.settings = new SettingStore(database)
    this.history = new HistoryStore(database)
    this.peers = new PeerStore(database)
    this.goodPeers = new GoodPeerStore(database)
    this.jobs = new JobStore(database)
    this.logins = new LoginStore(database)
    this.passkeys = new SavedPasskeys(database)
    this.publications = new PublicationStore(database)
    this.indexQueue = new IndexQueue(database)
    this.index = new Search(join(dirname(database.path), 'search.db'), this.torrents, this.files)
  }

  /** Opens or creates the file; its folder must exist. Rejects with a Failure: see above. */
  static async open(path: string): Promise<Catalogue> {
    const database = await Database.open(path, tableOwners(), CATALOGUE)
    try {
      return new Catalogue(database)
    } catch (error) {
      await database.close()
      throw error
    }
  }

  get path(): string {
    return this.database.path
  }

  /**
   * For `SessionOptions.resumeStore`. Each session gets a separate one, and closes it. Writes of
   * `onRecord` share a transaction with the progress of a torrent.
   */
  resumeStore(onRecord?: () => void): DatabaseResumeStore {
    return new DatabaseResumeStore(this.database, onRecord)
  }

  /**
   * Full-text search over names, paths, comments and the text of documents. See `Search.search`.
   */
  async search(query: SearchQuery, options: { signal?: AbortSignal } = {}): Promise<SearchAnswer> {
    return this.index.search(query, options)
  }

  /** See `Database.transaction`. */
  transaction<T>(work: () => T): T {
    return this.database.transaction(work)
  }

  /** See `Database.write`. */
  async write<T>(work: () => T): Promise<T> {
    return this.database.write(work)
  }

  /** Resolves when a power cut cannot undo anything that was written so far. */
  async flush(): Promise<void> {
    await this.database.flush()
  }

  /** Finishes pending work and closes the file. Idempotent. Close the session first. */
  async close(): Promise<void> {
    await this.index.close()
    await this.database.close()
  }
}
