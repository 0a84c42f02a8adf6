/**
 * All torrents of a node: the engine's torrents with the node's records, and reactions to their
 * events.
 */
import type { Torrent } from '@shoal/api'
import type { Session, TorrentApi, TorrentSource } from '@shoal/torrent'
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
import { KnownPeers } from './peers/known-peers.ts'
import type { PeerTest } from './peers/peer-reach.ts'
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
  readonly peers: KnownPeers
  readonly rates = new TorrentRates()
  readonly ipFilter: IpFilterFile
  readonly rows: TorrentRows
  readonly #watchers = new Set<TorrentWatcher>()
  /** Resolves in the first turn in which no torrent was added yet. */
  #turns: Promise<unknown> = Promise.resolve()

  constructor(kernel: Kernel, session: Session, ipFilter: IpFilterFile, persons: Persons | null) {
    const { database, settings, log, jobs, events, folders } = kernel
    this.kernel = kernel
    this.session = session
    this.ipFilter = ipFilter
    this.records = new TorrentStore(database)
    const labels = new LabelStore(database)
    const tables = {
      ...{ torrents: this.records, labels },
      transaction: <T>(work: () => T) => database.transaction(work),
    }
    this.rows = new TorrentRows(tables, () => queueMicrotask(() => this.labels.tell()))
    this.registry = new TorrentRegistry(this.rows)
    this.list = new TorrentList(this.registry)
    this.queue = new QueueManager({ registry: this.registry, settings: () => settings.current.queue })
    this.previews = new Previews(session, this.registry)
    this.traffic = new Traffic(new HistoryStore(database))
    this.peers = new KnownPeers({ database, persons, recordId: id => this.recordId(id) })
    this.removals = new Removals({
      registry: this.registry,
      queue: this.queue,
      log,
      recordId: id => this.recordId(id),
      onForgetting: torrent => jobs.cancelOf(torrent.id),
      onForgotten: (torrent, known) => this.#onForgotten(torrent, known),
    })
    this.labels = new Labels({
      ...{ store: labels, registry: this.registry, folders },
      onChanged: () => events.publish('labels', { type: 'labels', labels: this.labels.list().items }),
    })
    folders.addRoots(() => [
      settings.current.downloads.directory,
      ...labels.all().map(label => label.directory),
    ])
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
    this.peers.test = test
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
    // Only one torrent is added per turn of the event loop, so that adding many does not delay
    // other work.
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
      onState: each => this.peers.good.recall(each),
      onPeerClosed: (each, peer) => this.peers.closed(each, peer),
    })
    // A restored torrent is already running.
    this.peers.good.recall(torrent)
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
    // Its row is deleted immediately, since both have the same info hashes from here on.
    const known = this.recordId(double.id)
    this.registry.delete(double)
    this.#onForgotten(double, known)
    this.removals.drop(double)
    const tags = [...new Set([...row.tags, ...double.row.tags])]
    this.registry.change(torrent, { label: row.label ?? double.row.label, tags })
  }

  #onForgotten(torrent: ManagedTorrent, known: number | undefined): void {
    this.rates.forget(torrent)
    for (const watcher of this.#watchers) watcher.onForgotten?.(torrent, known)
  }
}
