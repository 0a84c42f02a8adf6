/** The parts of a node that its operations work with, and what joins several of them. */
import { stat } from 'node:fs/promises'
import type { Added, CheckedInputOf, NodeStats, SearchPage } from '@shoal/api'
import {
  formatMagnet,
  infoHashText,
  type PeerStatus,
  type Session,
  type TorrentApi,
  type TorrentSource,
} from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { shareOf } from '../../base/sealing/share-of.ts'
import type { EventHub } from '../kernel/event-hub.ts'
import type { Folders } from '../kernel/folders.ts'
import type { Jobs } from '../kernel/jobs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Log } from '../kernel/log/log.ts'
import type { SettingsStore } from '../kernel/settings-store.ts'
import { addSealed } from '../sealed/node-unseal.ts'
import { Vault } from '../sealed/vault.ts'
import { Uploads } from '../sharing/uploads.ts'
import { pathIn } from '../sources/bittorrent-handler.ts'
import { type AddedTorrent, type AddInput, addTorrent, sourceOf } from '../torrents/adding.ts'
import { CatalogueRows } from '../torrents/catalogue-rows.ts'
import { Countries } from '../torrents/countries.ts'
import { GoodPeers } from '../torrents/good-peers.ts'
import { Labels } from '../torrents/labels.ts'
import type { ManagedTorrent } from '../torrents/managed-torrent.ts'
import { hostOf } from '../torrents/peer-view.ts'
import { Previews } from '../torrents/previews.ts'
import { QueueManager } from '../torrents/queue-manager.ts'
import { Removals } from '../torrents/removals.ts'
import type { TorrentWatcher } from '../torrents/service.ts'
import { followTorrent } from '../torrents/torrent-events.ts'
import { TorrentList } from '../torrents/torrent-list.ts'
import { nameOf } from '../torrents/torrent-log.ts'
import { TorrentRates } from '../torrents/torrent-rates.ts'
import { TorrentRegistry } from '../torrents/torrent-registry.ts'
import type { TorrentRow } from '../torrents/torrent-row.ts'
import { Traffic } from '../torrents/traffic.ts'
import type { TorrentDownload } from '../transfers/protocol.ts'
import type { Protocols } from '../transfers/protocols.ts'
import type { Catalogue } from './catalogue.ts'
import { Works } from './works.ts'

/** What the node hands in: parts that have their own ways to open and close. */
export interface NodeParts {
  readonly kernel: Kernel
  readonly catalogue: Catalogue
  readonly session: Session
  readonly protocols: Protocols
}

export class NodeCore {
  readonly kernel: Kernel
  readonly catalogue: Catalogue
  readonly session: Session
  readonly keeper: SettingsStore
  readonly log: Log
  readonly protocols: Protocols
  readonly rows: CatalogueRows
  readonly registry: TorrentRegistry
  readonly list: TorrentList
  readonly rates = new TorrentRates()
  readonly countries = new Countries()
  readonly queue: QueueManager
  readonly removals: Removals
  readonly previews: Previews
  readonly goodPeers: GoodPeers
  readonly folders: Folders
  readonly labels: Labels
  readonly uploads: Uploads
  readonly jobs: Jobs
  readonly works: Works
  readonly vault: Vault
  readonly events: EventHub
  readonly traffic: Traffic
  readonly watchers = new Set<TorrentWatcher>()
  /** Whether somebody outside of the local network has chosen a link. */
  readonly fromOutside: ((source: string) => boolean)[] = []
  readonly addedListeners: ((source: string) => void)[] = []
  /** Replaced by the parts that know better. */
  indexing: () => NodeStats['indexing'] = () => ({ waiting: 0, indexed: 0 })
  search: (query: CheckedInputOf<'search'>) => Promise<SearchPage> = async () => ({ items: [], next: null })

  constructor(parts: NodeParts) {
    const { kernel, catalogue, session } = parts
    const { settings: keeper, log } = kernel
    this.kernel = kernel
    this.catalogue = catalogue
    this.session = session
    this.keeper = keeper
    this.log = log
    this.protocols = parts.protocols
    this.rows = new CatalogueRows(catalogue, () => queueMicrotask(() => this.labels.tell()))
    this.registry = new TorrentRegistry(this.rows)
    this.folders = kernel.folders
    this.folders.addRoots(() => this.directories())
    this.queue = new QueueManager({ registry: this.registry, settings: () => keeper.current.queue })
    this.removals = new Removals({
      catalogueId: id => this.rows.catalogueId(id),
      registry: this.registry,
      queue: this.queue,
      log,
      onForgetting: torrent => this.jobs.cancelOf(torrent.id),
      onForgotten: (torrent, known) => this.#onForgotten(torrent, known),
    })
    this.previews = new Previews(session, () => this.registry)
    this.goodPeers = new GoodPeers({
      store: catalogue.goodPeers,
      catalogueId: id => this.rows.catalogueId(id),
    })
    this.list = new TorrentList(this.registry)
    this.events = kernel.events
    this.labels = new Labels({
      store: catalogue.labels,
      registry: this.registry,
      folders: this.folders,
      onChanged: () => this.events.publish('labels', { type: 'labels', labels: this.labels.list().items }),
    })
    this.uploads = new Uploads(() => keeper.current.downloads.directory, kernel.dataDir)
    this.jobs = kernel.jobs
    this.vault = new Vault(kernel.dataDir)
    this.works = new Works(this)
    this.traffic = new Traffic(catalogue.history)
  }

  /** Folders that downloads go to, the usual one first. Null stands for none. */
  directories(): (string | null)[] {
    const { directory, completeDirectory } = this.keeper.current.downloads
    return [directory, completeDirectory, ...this.catalogue.labels.all().map(label => label.directory)]
  }

  isFromOutside(source: string): boolean {
    return this.fromOutside.some(fits => fits(source))
  }

  /** Takes a torrent of the session in, with all that follows it from then on. */
  adopt(api: TorrentApi, row: TorrentRow): ManagedTorrent {
    const torrent = this.registry.add(api, row)
    this.rates.begin(torrent, api.stats)
    followTorrent(torrent, {
      registry: this.registry,
      log: this.log,
      onDouble: (each, double) => this.#join(each, double),
      onMetadata: each => {
        // The names of its files are known now: the catalogue learns them too.
        this.registry.change(each, {})
        for (const watcher of this.watchers) watcher.onMetadata?.(each)
      },
      onComplete: (each, fresh) => {
        void this.queue.freed()
        for (const watcher of this.watchers) watcher.onComplete?.(each, fresh)
      },
      onRested: () => void this.queue.freed(),
      onState: each => this.goodPeers.recall(each),
      onPeerClosed: (_, peer) => this.#notePeer(peer),
    })
    // One that was restored runs already.
    this.goodPeers.recall(torrent)
    return torrent
  }

  async add(input: CheckedInputOf<'addTorrent'>, signal?: AbortSignal): Promise<Added> {
    const added = await this.#add(input, signal)
    if (input.source !== undefined) for (const listener of this.addedListeners) listener(input.source)
    return added
  }

  async #add(
    { source, torrent, passphrase, ...input }: CheckedInputOf<'addTorrent'>,
    signal?: AbortSignal,
  ): Promise<Added> {
    const named = sourceOf({ source, torrent })
    const share = shareOf(named)
    const given = share && !share.seal ? formatMagnet(share.magnet) : named
    const directory = input.directory === undefined ? undefined : await this.folders.allow(input.directory)
    if (typeof given !== 'string') return this.#addedOf(await this.addTorrent(given, { ...input, directory }))
    const target =
      directory ??
      ((input.label && this.labels.directoryOf(input.label)) || this.keeper.current.downloads.directory)
    if (share?.seal) {
      const { added, job } = await addSealed(this, share, share.seal, {
        ...input,
        passphrase,
        directory: target,
      })
      return { ...this.#addedOf(added), job }
    }
    const running = this.works.downloading(given, target)
    if (running) return { added: false, torrent: null, job: running }
    const download = await this.protocols.manager.download(given, {
      directory: target,
      torrent: input,
      outsideOnly: this.isFromOutside(given),
      ...(signal && { signal }),
    })
    if (download.kind === 'torrent') return this.#addedDownload(download)
    return { added: true, torrent: null, job: this.works.download(given, target, download) }
  }

  /** For the BitTorrent handler: a link that is known to be one. */
  async addTorrent(source: TorrentSource, input: AddInput): Promise<AddedTorrent> {
    const added = await addTorrent(await this.readableSource(source), input, {
      session: this.session,
      registry: this.registry,
      folders: this.folders,
      previews: this.previews,
      settings: () => this.keeper.current,
      directoryOf: label => this.labels.directoryOf(label),
      forgotten: torrent => this.removals.forgotten(torrent),
      adopt: (api, row) => this.#adoptNew(api, row),
    })
    if (added.added) this.log.info(`${nameOf(added.torrent)} was added`, { torrent: added.torrent.id })
    // Who is answered finds it after a crash, too.
    await Promise.all([added.recorded, this.queue.begin(added.torrent)])
    return added
  }

  /** In one transaction. */
  #adoptNew(api: TorrentApi, row: TorrentRow): ManagedTorrent {
    try {
      return this.catalogue.transaction(() => this.adopt(api, row))
    } catch (error) {
      const torrent = this.registry.findApi(api)
      if (torrent) this.registry.delete(torrent)
      throw error
    }
  }

  /** Refuses to read a file outside the allowed folders, and what is no file: a pipe may never end, and a device is not to be touched. */
  async readableSource(source: TorrentSource): Promise<TorrentSource> {
    if (typeof source !== 'string') return source
    const path = pathIn(source)
    if (path === null) return source
    const allowed = await this.folders.allow(path, 'source')
    const stats = await stat(allowed).catch(() => null)
    // What is not there is told by who reads it.
    if (stats === null || stats.isFile()) return allowed
    throw new Failure('bad-torrent', `${allowed} is no file: give the path of a .torrent`, {
      field: 'source',
    })
  }

  /** Two entries that turned out to be one torrent, of which only this one goes on. */
  #join(torrent: ManagedTorrent, double: ManagedTorrent): void {
    const { row } = torrent
    this.log.info(`${nameOf(torrent)} was in the list twice, by its two info hashes`, { torrent: torrent.id })
    // Its row goes at once: both have the same info hashes from here on.
    const known = this.rows.catalogueId(double.id)
    this.registry.delete(double)
    this.#onForgotten(double, known)
    this.removals.drop(double)
    const tags = [...new Set([...row.tags, ...double.row.tags])]
    this.registry.change(torrent, { label: row.label ?? double.row.label, tags })
  }

  #addedDownload({ id, added }: TorrentDownload): Added {
    return this.#addedOf({ torrent: this.registry.get(id), added })
  }

  #addedOf({ torrent, added }: AddedTorrent): Added {
    return { added, torrent: this.list.view(torrent), job: null }
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
    this.catalogue.peers.add(Date.now(), [traffic])
  }

  #onForgotten(torrent: ManagedTorrent, known: number | undefined): void {
    this.rates.forget(torrent)
    for (const watcher of this.watchers) watcher.onForgotten?.(torrent, known)
  }

  /** Pairs what the session has restored with what the catalogue knows of it. */
  restore(fresh: (api: TorrentApi) => TorrentRow): void {
    const rows = new Map(this.rows.all().map(row => [row.id, row]))
    const pairs = this.session.torrents.map(api => {
      const { v1, v2 } = api.infoHashes
      const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })]
      const [row, ...doubles] = hashes.flatMap(hash => rows.get(hash ?? '') ?? [])
      for (const found of [row, ...doubles]) if (found) rows.delete(found.id)
      // The node was killed before the two hashes of a hybrid torrent became one entry.
      for (const { id } of doubles) this.rows.delete(id)
      return [api, row] as const
    })
    // No torrent goes with these. Of one that was removed only the row was left to be deleted; of another the record is damaged: what it was
    // added from is not enough to begin anew.
    for (const { id, removedMs } of rows.values()) {
      if (removedMs === null)
        this.log.warn(`${id} is gone from the list: its record is damaged. Add it again`)
      this.rows.delete(id)
    }
    // Together: thousands of transactions would hold up the start.
    this.catalogue.transaction(() => {
      for (const [api, row] of pairs) this.adopt(api, row ?? fresh(api))
    })
    this.#countRestored()
  }

  /** What all torrents have moved was moved by the node. */
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
