/** All torrents of a node: the engine's torrents with the node's records, and reactions to their events. */
import type { Torrent } from '@shoal/api'
import {
  infoHashText,
  type PeerStatus,
  type Session,
  type TorrentApi,
  type TorrentSource,
} from '@shoal/torrent'
import type { IpFilterFile } from '../../base/ip-filter-file.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Persons } from '../people/service.ts'
import { type AddedTorrent, type AddInput, addTorrent } from './changes/adding.ts'
import { type AddOptions, changeExisting } from './changes/change.ts'
import { Previews, type TorrentPreview } from './changes/previews.ts'
import { Removals } from './changes/removals.ts'
import { nameOf } from './changes/torrent-log.ts'
import { Labels } from './labels.ts'
import { TorrentList } from './list/torrent-list.ts'
import { Countries } from './peers/countries.ts'
import { GoodPeerStore } from './peers/good-peer-store.ts'
import { GoodPeers } from './peers/good-peers.ts'
import type { PeerTest } from './peers/peer-reach.ts'
import { PeerStore } from './peers/peer-store.ts'
import { hostOf, type PeerFacts } from './peers/peer-view.ts'
import { QueueManager } from './queue/queue-manager.ts'
import type { FacetInput } from './records/facets.ts'
import { HistoryStore } from './records/history-store.ts'
import { LabelStore } from './records/label-store.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import { TorrentRegistry } from './records/torrent-registry.ts'
import type { TorrentRow } from './records/torrent-row.ts'
import { TorrentRows } from './records/torrent-rows.ts'
import { TorrentStore } from './records/torrent-store.ts'
import type { Torrents, TorrentWatcher } from './service.ts'
import { followTorrent } from './torrent-events.ts'
import { TorrentRates } from './torrent-rates.ts'
import { Traffic } from './traffic.ts'

/** Torrents that are restored before other work runs. */
const RESTORED_AT_ONCE = 100

/** Access to the manager's tables. */
interface Tables {
  readonly labels: LabelStore
  readonly peers: PeerStore
}

export class TorrentManager implements Torrents {
  readonly kernel: Kernel
  readonly session: Session
  readonly records: TorrentStore
  readonly registry: TorrentRegistry
  readonly list: TorrentList
  readonly labels: Labels
  readonly queue: QueueManager
  readonly removals: Removals
  readonly previews: Previews
  readonly traffic: Traffic
  readonly goodPeers: GoodPeers
  readonly rates = new TorrentRates()
  readonly peerFacts: PeerFacts
  readonly ipFilter: IpFilterFile
  readonly #tables: Tables
  readonly rows: TorrentRows
  /** The last attempt of a hub to connect to the port for peers. */
  peerTest: PeerTest | null = null
  readonly #watchers = new Set<TorrentWatcher>()
  /** Resolves in the first turn in which no torrent was added yet. */
  #turns: Promise<unknown> = Promise.resolve()

  constructor(kernel: Kernel, session: Session, ipFilter: IpFilterFile, persons: Persons | null) {
    const { database, settings, log, jobs, events, folders } = kernel
    this.kernel = kernel
    this.session = session
    this.ipFilter = ipFilter
    this.peerFacts = { countries: new Countries(), persons }
    this.records = new TorrentStore(database)
    this.#tables = { labels: new LabelStore(database), peers: new PeerStore(database) }
    const tables = {
      torrents: this.records,
      labels: this.#tables.labels,
      transaction: <T>(work: () => T) => database.transaction(work),
    }
    this.rows = new TorrentRows(tables, () => queueMicrotask(() => this.labels.tell()))
    this.registry = new TorrentRegistry(this.rows)
    this.list = new TorrentList(this.registry)
    this.queue = new QueueManager({ registry: this.registry, settings: () => settings.current.queue })
    this.previews = new Previews(session, this.registry)
    this.traffic = new Traffic(new HistoryStore(database))
    this.goodPeers = new GoodPeers({
      store: new GoodPeerStore(database),
      recordId: id => this.recordId(id),
    })
    this.removals = new Removals({
      registry: this.registry,
      queue: this.queue,
      log,
      recordId: id => this.recordId(id),
      onForgetting: torrent => jobs.cancelOf(torrent.id),
      onForgotten: (torrent, known) => this.#onForgotten(torrent, known),
    })
    this.labels = new Labels({
      ...{ store: this.#tables.labels, registry: this.registry, folders },
      onChanged: () => events.publish('labels', { type: 'labels', labels: this.labels.list().items }),
    })
    folders.addRoots(() => [
      settings.current.downloads.directory,
      ...this.#tables.labels.all().map(label => label.directory),
    ])
  }

  get knownPeers(): PeerStore {
    return this.#tables.peers
  }

  recordId(id: string): number | undefined {
    return this.rows.recordId(id)
  }

  byRecordId(recordId: number): ManagedTorrent | null {
    return this.registry.find(this.rows.idOf(recordId) ?? '')
  }

  watch(watcher: TorrentWatcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Call it when files have other names on disk: the name of the torrent may follow them. */
  filesRenamed(torrent: ManagedTorrent): void {
    const { name } = torrent
    torrent.filesRenamed()
    this.registry.change(torrent, {})
    if (torrent.name !== name) this.renamed(torrent)
  }

  /** Notifies watchers of a new name. */
  renamed(torrent: ManagedTorrent): void {
    for (const watcher of this.#watchers) watcher.onRenamed?.(torrent)
  }

  labelDirectory(label: string): string | null {
    return this.labels.directoryOf(label)
  }

  blocks(address: string): boolean {
    return this.ipFilter.list?.ranges.has(address) === true
  }

  notePeerTest(test: PeerTest | null): void {
    this.peerTest = test
  }

  countFileBytes(bytes: number): void {
    this.traffic.countFile(bytes)
  }

  view(torrent: ManagedTorrent): Torrent {
    return this.list.view(torrent)
  }

  preview(
    source: TorrentSource,
    peers: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<TorrentPreview> {
    return this.previews.preview(source, peers, timeoutMs, signal)
  }

  async add(source: TorrentSource, input: AddInput): Promise<AddedTorrent> {
    const { settings, folders, log } = this.kernel
    // Only one torrent is added in a turn of the event loop, so that many at once do not delay everything else.
    const mine = this.#turns
    this.#turns = mine.then(() => new Promise(setImmediate))
    await mine
    const added = await addTorrent(source, input, {
      ...{ session: this.session, registry: this.registry, folders, previews: this.previews },
      settings: () => settings.current,
      directoryOf: label => this.labelDirectory(label),
      forgotten: torrent => this.removals.forgotten(torrent),
      finishRemoval: torrent => this.removals.finish([torrent]),
      adopt: (api, row, given) => this.#adoptNew(api, row, given),
    })
    if (added.added) log.info(`${nameOf(added.torrent)} was added`, { torrent: added.torrent.id })
    // Reply only once the record is durable.
    await Promise.all([added.recorded, this.queue.begin(added.torrent)])
    return added
  }

  changeExisting(torrent: ManagedTorrent, input: AddOptions): Promise<void> {
    return changeExisting(torrent, input, this)
  }

  /** Registers a torrent of the session and starts following it. */
  adopt(api: TorrentApi, row: TorrentRow, given?: FacetInput): ManagedTorrent {
    const torrent = this.registry.add(api, row, given)
    this.rates.begin(torrent, api.stats)
    followTorrent(torrent, {
      registry: this.registry,
      log: this.kernel.log,
      onDouble: (each, double) => this.#join(each, double),
      onMetadata: each => {
        for (const watcher of this.#watchers) watcher.onMetadata?.(each)
      },
      onComplete: (each, fresh) => {
        void this.queue.freed()
        for (const watcher of this.#watchers) watcher.onComplete?.(each, fresh)
      },
      onRested: () => void this.queue.freed(),
      onState: each => this.goodPeers.recall(each),
      onPeerClosed: (each, peer) => {
        each.sources.closed(peer)
        this.#notePeer(peer)
      },
    })
    // A restored torrent is already running.
    this.goodPeers.recall(torrent)
    return torrent
  }

  /** In one transaction. */
  #adoptNew(api: TorrentApi, row: TorrentRow, given: FacetInput): ManagedTorrent {
    try {
      return this.kernel.database.transaction(() => this.adopt(api, row, given))
    } catch (error) {
      const torrent = this.registry.findApi(api)
      if (torrent) this.registry.delete(torrent)
      throw error
    }
  }

  /** Merges two entries of one torrent. `double` is deleted. */
  #join(torrent: ManagedTorrent, double: ManagedTorrent): void {
    const { row } = torrent
    this.kernel.log.info(`${nameOf(torrent)} was in the list twice, under its two info hashes`, {
      torrent: torrent.id,
    })
    // Its row is deleted at once, since both have the same info hashes from here on.
    const known = this.recordId(double.id)
    this.registry.delete(double)
    this.#onForgotten(double, known)
    this.removals.drop(double)
    const tags = [...new Set([...row.tags, ...double.row.tags])]
    this.registry.change(torrent, { label: row.label ?? double.row.label, tags })
  }

  #notePeer({ kind, address, client, downloadedBytes, uploadedBytes, wastedBytes }: PeerStatus): void {
    if (kind === 'webseed') return
    const traffic = {
      host: hostOf(address),
      client,
      downloadedBytes,
      uploadedBytes,
      wastedBytes,
      connections: 1,
    }
    this.#tables.peers.add(Date.now(), [traffic])
  }

  #onForgotten(torrent: ManagedTorrent, known: number | undefined): void {
    this.rates.forget(torrent)
    for (const watcher of this.#watchers) watcher.onForgotten?.(torrent, known)
  }

  /** Pairs the torrents that the session has restored with their rows. */
  async restore(fresh: (api: TorrentApi) => TorrentRow): Promise<void> {
    const rows = new Map(this.rows.all().map(row => [row.id, row]))
    const pairs = this.session.torrents.map(api => {
      const { v1, v2 } = api.infoHashes
      const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })]
      const [row, ...doubles] = hashes.flatMap(hash => rows.get(hash ?? '') ?? [])
      for (const found of [row, ...doubles]) if (found) rows.delete(found.id)
      // The node was killed before the entries of a hybrid torrent's two hashes were merged.
      for (const { id } of doubles) this.rows.delete(id)
      return [api, row] as const
    })
    // No torrent goes with these. Of one that was removed only the row was left to be deleted; of another the record is damaged: what it was
    // added from is not enough to begin anew.
    for (const { id, removedMs } of rows.values()) {
      if (removedMs === null)
        this.kernel.log.warn(`${id} is missing from the list because its record is damaged: add it again`)
      this.rows.delete(id)
    }
    // In few transactions, since thousands would delay the start.
    for (let at = 0; at < pairs.length; at += RESTORED_AT_ONCE) {
      this.kernel.database.transaction(() => {
        for (const [api, row] of pairs.slice(at, at + RESTORED_AT_ONCE)) this.adopt(api, row ?? fresh(api))
      })
      await new Promise(setImmediate)
    }
    await this.list.lookAtNew()
    this.#countRestored()
  }

  /** Makes the node's totals at least those of all its torrents together. */
  #countRestored(): void {
    const restored = { downloadedBytes: 0, uploadedBytes: 0 }
    for (const { stats } of this.session.torrents) {
      restored.downloadedBytes += stats.downloadedBytes
      restored.uploadedBytes += stats.uploadedBytes
    }
    this.traffic.keepUp(this.session.transferred, Date.now())
    this.traffic.atLeast(restored)
  }
}
