import type { PeerStatus, TorrentState } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import type { FilePlace } from '../storage/storage.ts'
import type { Peer } from '../swarm/peer.ts'
import type { PeerOrigin } from '../swarm/peer-pool.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import type { Swarm } from '../swarm/swarm.ts'
import type { PeerAddress } from '../transport/transport.ts'
import { Activity, type ActivityHost } from './activity.ts'
import { Announcements } from './announcements.ts'
import { type CheckHost, CheckPhase } from './check-phase.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import type { Demand } from './demand.ts'
import { foundBytes } from './found-bytes.ts'
import { type Emit, Lifecycle } from './lifecycle.ts'
import { type MetadataHost, MetadataPhase } from './metadata-phase.ts'
import { openContent } from './open-content.ts'
import { Records } from './records.ts'
import type { Torrent } from './torrent.ts'
import type { TorrentOrigin, TorrentPlace } from './torrent-origin.ts'
import { Totals } from './totals.ts'
import type { WebSeeds } from './web-seeds.ts'

/** What one torrent does: metadata, then a check of what is here, then running, as downloader or seed. */
export class TorrentTask implements ActivityHost, CheckHost, MetadataHost {
  readonly life: Lifecycle
  readonly place: TorrentPlace
  origin: TorrentOrigin
  content: Content | null = null
  totals: Totals | null = null
  directory: string
  renamed: Map<number, readonly string[]> | null = null
  /** Where the files are being moved to. */
  moving: FilePlace | null = null
  isSequential: boolean
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #emit: Emit
  readonly #records: Records | null
  readonly announcements: Announcements
  readonly #metadata: MetadataPhase | null = null
  readonly #check: CheckPhase = new CheckPhase(this)
  readonly #activity: Activity
  #gaveWay = false

  constructor(
    context: SessionContext,
    torrent: Torrent,
    origin: TorrentOrigin,
    place: TorrentPlace,
    emit: Emit,
  ) {
    this.#context = context
    this.#torrent = torrent
    this.place = place
    this.#emit = emit
    this.life = new Lifecycle(emit)
    this.announcements = new Announcements(context, this)
    this.#activity = new Activity(context, torrent, this)
    this.origin = origin
    this.directory = place.directory
    this.isSequential = place.sequential
    this.addedMs = place.progress?.addedMs ?? context.clock.unixMs()
    const { progress } = place
    if (progress) this.totals = new Totals(progress)
    const renamed = progress?.renamed ?? place.renamed
    if (renamed && renamed.size > 0) this.renamed = new Map(renamed)
    if (origin.metainfo) this.content = this.open(origin.metainfo)
    else this.#metadata = new MetadataPhase(this)
    const { resume } = context
    this.#records = resume && !place.memory ? new Records(resume, this, torrent) : null
  }

  get infoHashes(): InfoHashes {
    return this.content?.metainfo.info.infoHashes ?? this.origin.infoHashes
  }
  get isPrivate(): boolean {
    return this.content?.metainfo.info.private ?? false
  }
  get isChecked(): boolean {
    return this.life.phase === 'running'
  }
  get hashPool(): HashPool {
    return this.#context.hashPool
  }
  get clock(): Clock {
    return this.#context.clock
  }
  get swarm(): Swarm | null {
    return this.#activity.swarm
  }
  get peers(): Peer[] {
    return this.#activity.peers
  }
  get webSeeds(): WebSeeds | null {
    return this.#activity.webSeeds
  }
  /** How many more peers it wants to be told of. */
  get wantedPeers(): number {
    return this.#activity.wantedPeers
  }
  get isRecorded(): boolean {
    return this.#records !== null
  }
  get checkProgress(): number {
    return this.#check.progress
  }
  get state(): TorrentState {
    return this.life.state(this.content !== null)
  }

  // Life

  /** Starts it, or goes on after a pause or an error. */
  start(): void {
    const { life } = this
    if (life.isClosed || !(life.paused || life.error)) return
    const failed = life.error !== null
    this.#records?.started()
    life.paused = false
    this.announcements.join()
    if (failed && this.#records?.retryFlush()) return
    life.error = null
    if (life.phase === 'idle' && this.content) this.#check.begin(this.content)
    else if (life.phase === 'idle') this.#metadata?.begin()
    else if (life.phase !== 'running') this.swarm?.resume()
    else if (!failed) this.#activity.run()
    else if (!this.#activity.retryWrites()) void this.recheck().catch(() => {})
    this.show()
  }

  async pause(): Promise<void> {
    const { life } = this
    if (life.isClosed || life.paused) return
    life.paused = true
    this.swarm?.pause()
    this.show()
    this.touch()
    await this.#activity.work?.settled()
    await Promise.all([this.announcements.leave(), this.record()])
    if (life.paused) this.#activity.setActive(false)
  }

  accept(ready: ReadyConnection): void {
    this.#activity.accept(ready)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    this.#activity.addAddresses(addresses, origin)
  }

  tick(nowMs: number): void {
    this.#activity.work?.tick(nowMs)
    if (this.#activity.work?.hasUnsaved) this.touch()
    this.#records?.tick(nowMs)
    if (this.#activity.isNeeded) return
    // A seed that nobody is connected to needs no attention, once its last progress is safe.
    this.#activity.setActive(false)
    void this.record()
  }

  async close(): Promise<void> {
    if (this.life.isClosed) return
    await this.#stop()
    await this.record()
    await this.#records?.stop()
    await this.content?.storage.close()
  }

  async remove(deleteData: boolean): Promise<void> {
    if (this.life.isClosed) return
    await Promise.all([this.#stop(), this.#records?.stop()])
    const storage = this.content?.storage
    try {
      await (deleteData ? storage?.remove() : storage?.close())
    } finally {
      // Last: after a crash before that its files can still be deleted.
      if (!this.#gaveWay) await this.#records?.forget()
    }
  }

  async #stop(): Promise<void> {
    const closed = this.life.close()
    this.#activity.setActive(false)
    this.#activity.work?.demand.fail(closed)
    this.show()
    await Promise.all([this.announcements.leave(), this.#activity.work?.end(), this.#check.stop(closed)])
  }

  /** Metadata that somebody knows. */
  learn(metainfo: Metainfo): void {
    if (!this.content && !this.life.isClosed) this.#metadata?.learn(metainfo)
  }

  // Metadata

  open(metainfo: Metainfo): Content {
    return openContent(this.#context, metainfo, this)
  }

  register(): boolean {
    return this.#context.register(this.#torrent)
  }

  fetch(): void {
    this.#activity.fetch()
  }

  stopFetching(): void {
    this.swarm?.pause()
  }

  /** From here on what is recorded under this hash is the other's. */
  giveWay(): void {
    this.#gaveWay = true
    void this.#records?.stop()
    this.#metadata?.giveWay()
  }

  onMetadata(bytes: Uint8Array): void {
    this.#metadata?.onMetadata(bytes)
  }

  onLearned(content: Content): void {
    const { life } = this
    if (this.isPrivate) {
      this.announcements.becamePrivate()
      this.swarm?.becamePrivate()
    }
    if (!life.paused) this.announcements.join()
    this.touch()
    life.learned(content.metainfo.info)
    if (life.phase === 'metadata') this.#check.begin(content)
  }

  // Checking

  /** Hashes everything. Rejects with the signal's reason, after which all is as it was, or with what storage says. */
  async recheck(signal?: AbortSignal): Promise<void> {
    if (this.content && !this.life.isClosed) await this.#check.again(this.content, signal)
  }

  async endWork(): Promise<void> {
    this.#records?.giveUpFlush()
    await this.#activity.work?.end()
  }

  onChecked(content: Content): void {
    this.#countFound(content)
    content.recorded = null
    const { life } = this
    life.phase = 'running'
    life.completed = false
    this.#activity.work?.demand.checked(content.have)
    if (content.isComplete) this.onFinished()
    if (!life.paused) this.#activity.run()
    this.show()
  }

  #countFound(content: Content): void {
    const { progress } = this.place
    if (!content.recorded || !progress || !this.totals) return
    const bytes = foundBytes(content, content.recorded, progress)
    this.totals.downloadedBytes += bytes
    this.#context.onTransferred(bytes, 0)
  }

  /** Puts what is here of unfinished pieces into storage. */
  async saveUnfinished(): Promise<void> {
    await this.#activity.work?.saveUnfinished(this.life.paused)
  }

  // Running

  /** What readers wait for. The torrent gets to work for it, also one that has all that is wanted. */
  demand(): Demand {
    return this.#activity.demand()
  }

  /** What is wanted changed. */
  selectionChanged(content: Content): void {
    const { life } = this
    this.touch()
    if (!this.isChecked) return
    if (content.isComplete) this.onFinished()
    else if (life.completed) {
      life.completed = false
      // Seeds have left since it was complete.
      this.announcements.refresh()
    }
    if (!life.paused) this.#activity.run()
    this.#activity.work?.prioritize()
    this.show()
  }

  // Of its work

  onPiece(piece: number): void {
    this.#records?.stored(piece)
    this.#emit('piece', piece)
  }

  onFinished(): void {
    const wasComplete = this.life.completed
    if (!wasComplete) {
      this.content?.storage.setWanted(this.content.selection.wanted()).catch(error => this.onFault(error))
      if (this.content && this.content.wantedBytes > 0) this.announcements.completed()
    }
    this.life.complete()
    this.show()
    // Whoever is told that it is complete may end the program.
    if (!wasComplete) void this.record()
  }

  onFault(error: unknown): void {
    this.life.fail(error)
    this.show()
  }

  onStorageFault(error: unknown): void {
    if (this.content) this.content.isChecked = false
    if (this.life.isClosed) return
    this.swarm?.pause()
    if (!this.life.error) this.onFault(error)
    this.onPeersChanged()
  }

  onRecovered(): void {
    if (!this.isChecked) return
    this.life.error = null
    this.log('storage takes bytes again: the torrent goes on')
    if (!this.life.paused) this.#activity.run()
    this.show()
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.totals ??= new Totals()
    this.totals.add(downloaded, uploaded, this.#context.clock.nowMs())
    this.#context.onTransferred(downloaded, uploaded)
    this.#records?.touchTotals()
  }

  onPeerClosed(peer: PeerStatus): void {
    this.#emit('peerClosed', peer)
  }

  onPeersChanged(): void {
    if (!this.life.paused && !this.life.isClosed) this.#activity.setActive(true)
  }

  log(line: string): void {
    this.#emit('log', line)
  }

  // Records

  touch(): void {
    this.#records?.touch()
  }

  /** Makes safe what changed since the last record. Never rejects. */
  async record(): Promise<void> {
    await this.#records?.record()
  }

  async recordAdded(): Promise<void> {
    await this.#records?.recordAdded()
  }

  /** Records a change that the user made, also of a torrent that has nothing to do every second. Never rejects. */
  async changed(): Promise<void> {
    this.touch()
    await this.record()
  }

  show(): void {
    this.life.show(this.state)
  }
}
