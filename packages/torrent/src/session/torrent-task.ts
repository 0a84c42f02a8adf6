import type { PeerStatus, TorrentState } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import type { DiscoveryStatus } from '../discovery/discovery.ts'
import type { InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import { parseInfo } from '../metainfo/parse-info.ts'
import type { ResumeProgress } from '../storage/resume-store.ts'
import type { Peer } from '../swarm/peer.ts'
import type { PeerOrigin } from '../swarm/peer-pool.ts'
import type { Selection } from '../swarm/selection.ts'
import type { ReadyConnection, Swarm } from '../swarm/swarm.ts'
import type { PeerAddress } from '../transport/transport.ts'
import { Announcements } from './announcements.ts'
import { Checking } from './checking.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import type { Demand } from './demand.ts'
import { type Emit, Lifecycle } from './lifecycle.ts'
import { openContent } from './open-content.ts'
import { recordedStateOf } from './recorded-state.ts'
import { type RecordedState, Recorder, type RecorderHost } from './recorder.ts'
import { SwarmWork, type WorkHost } from './swarm-work.ts'
import type { Torrent } from './torrent.ts'
import { mergeOrigins, type TorrentOrigin, type TorrentPlace } from './torrent-origin.ts'
import { Totals } from './totals.ts'

/**
 * What one torrent does: metadata, then a check of what is here, then running, as downloader or seed. What it needs only at work is made
 * when there is work: a session holds thousands of torrents that nobody asks for.
 */
export class TorrentTask implements WorkHost, RecorderHost {
  readonly life: Lifecycle
  origin: TorrentOrigin
  content: Content | null = null
  totals: Totals | null = null
  directory: string
  renamed: Map<number, readonly string[]> | null = null
  isSequential: boolean
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #place: TorrentPlace
  readonly #emit: Emit
  readonly #recorder: Recorder | null
  #announcements: Announcements | null = null
  #checking: Checking | null = null
  #work: SwarmWork | null = null
  #recordedPaused: boolean | undefined

  constructor(
    context: SessionContext,
    torrent: Torrent,
    origin: TorrentOrigin,
    place: TorrentPlace,
    emit: Emit,
  ) {
    this.#context = context
    this.#torrent = torrent
    this.#place = place
    this.#emit = emit
    this.life = new Lifecycle(emit)
    this.origin = origin
    this.directory = place.directory
    this.isSequential = place.sequential
    const { progress } = place
    if (progress) this.totals = new Totals(progress)
    if (progress && progress.renamed.size > 0) this.renamed = new Map(progress.renamed)
    if (origin.metainfo) this.content = this.#open(origin.metainfo)
    const { resume } = context
    this.#recorder = resume && !place.memory ? new Recorder(resume, this, progress !== null) : null
    this.#recordedPaused = progress?.paused
    if (!progress) this.touch()
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
  get recorded(): ResumeProgress | null {
    return this.#place.progress
  }
  get addedMs(): number {
    return this.#place.progress?.addedMs ?? this.#context.clock.unixMs()
  }
  get clock(): Clock {
    return this.#context.clock
  }
  get swarm(): Swarm | null {
    return this.#work?.swarm ?? null
  }
  get peers(): Peer[] {
    return this.swarm ? [...this.swarm.peers.values()] : []
  }
  get checkProgress(): number {
    return this.#checking?.progress ?? 0
  }
  get state(): TorrentState {
    return this.life.state(this.content !== null)
  }

  discovery(): DiscoveryStatus[] {
    return this.#announcements?.status() ?? []
  }

  webSeedStatus(): PeerStatus[] {
    return []
  }

  // Life

  /** Starts it, or goes on after a pause or an error. */
  start(): void {
    const { life } = this
    if (life.isClosed || !(life.paused || life.error)) return
    const failed = life.error !== null
    if (this.#recordedPaused !== false) this.touch()
    life.paused = false
    life.error = null
    this.#announce()
    if (life.phase === 'idle' && this.content) this.#checkSoon(this.content)
    else if (life.phase === 'idle') this.#fetchMetadata()
    else if (life.phase !== 'running') this.swarm?.resume()
    else if (!failed) this.#run()
    else if (this.#work?.isStuck) this.#retryWrites(this.#work)
    else void this.recheck().catch(() => {})
    this.#show()
  }

  async pause(): Promise<void> {
    const { life } = this
    if (life.isClosed || life.paused) return
    life.paused = true
    this.swarm?.pause()
    this.#show()
    const announcements = this.#announcements
    this.#announcements = null
    this.touch()
    await this.#work?.settled()
    await Promise.all([announcements?.leave(), this.#record()])
    if (life.paused) this.#setActive(false)
  }

  accept(ready: ReadyConnection): void {
    if (this.#isAtRest) ready.connection.close()
    else this.#atWork().accept(ready)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    // A seed waits to be found, but a peer that the user names is tried.
    if (this.#isAtRest || (!this.#seeksPeers && origin !== 'manual')) return
    this.#atWork().addAddresses(addresses, origin)
  }

  tick(nowMs: number): void {
    this.#work?.tick(nowMs)
    this.#recorder?.tick(nowMs)
    if (this.#seeksPeers || this.life.error || this.peers.length > 0) return
    // A seed that nobody is connected to needs no attention, once its last progress is safe.
    this.#setActive(false)
    void this.#record()
  }

  async close(): Promise<void> {
    if (this.life.isClosed) return
    await this.#stop()
    await this.#record()
    await this.#recorder?.stop()
    await this.content?.storage.close()
  }

  async remove(deleteData: boolean): Promise<void> {
    if (this.life.isClosed) return
    await Promise.all([this.#stop(), this.#recorder?.stop()])
    await this.#recorder?.forget()
    if (deleteData) await this.content?.storage.remove()
    else await this.content?.storage.close()
  }

  async #stop(): Promise<void> {
    const closed = this.life.close()
    this.#setActive(false)
    this.#work?.demand.fail(closed)
    this.#show()
    await Promise.all([this.#announcements?.leave(), this.#work?.end(), this.#checking?.stop(closed)])
  }

  /** Trackers, web seeds, metadata that somebody who adds it again knows. */
  merge(more: TorrentOrigin): void {
    const merged = this.isPrivate || this.life.isClosed ? null : mergeOrigins(this.origin, more)
    if (merged) {
      this.#announcements?.addTrackers(merged.trackers.slice(this.origin.trackers.length))
      this.origin = merged
      this.touch()
    }
    if (more.metainfo && !this.content && !this.life.isClosed) this.#learn(more.metainfo)
  }

  // Metadata

  #fetchMetadata(): void {
    this.life.phase = 'metadata'
    this.#atWork().begin().resume()
  }

  onMetadata(bytes: Uint8Array): void {
    if (this.life.phase !== 'metadata') return
    const { trackers, webSeeds } = this.origin
    try {
      this.#learn({ info: parseInfo(bytes), trackers, webSeeds, nodes: [], pieceLayers: new Map() })
    } catch (error) {
      this.onFault(error)
    }
  }

  /** Throws when another torrent of the session has its other info hash. */
  #learn(metainfo: Metainfo): void {
    this.content = this.#open(metainfo)
    if (!this.#context.register(this.#torrent)) {
      this.content = null
      this.life.phase = 'idle'
      this.swarm?.pause()
      throw new ShoalError('bad-argument', 'this torrent is here already, under its other info hash')
    }
    // The metadata may say that the torrent is private (BEP 27), or name a second info hash.
    const before = this.#announcements
    this.#announcements = null
    void before?.leave()
    if (metainfo.info.private) this.swarm?.becamePrivate()
    if (!this.life.paused) this.#announce()
    this.touch()
    this.life.learned(metainfo.info)
    if (this.life.phase === 'metadata') this.#checkSoon(this.content)
  }

  #open(metainfo: Metainfo): Content {
    return openContent(this.#context, metainfo, {
      directory: this.directory,
      memory: this.#place.memory,
      renamed: this.renamed ?? new Map(),
      priorities: this.#place.progress?.priorities ?? null,
      select: this.origin.select,
    })
  }

  // Checking

  /** Hashes everything. Rejects with the signal's reason, after which all is as it was, or with what storage says. */
  async recheck(signal?: AbortSignal): Promise<void> {
    const { content, life } = this
    if (!content || life.isClosed) return
    const wasChecked = this.isChecked
    life.phase = 'checking'
    life.error = null
    this.#show()
    const stop = this.#checking?.stop(new ShoalError('cancelled', 'another check began'))
    await Promise.all([this.#work?.end(), stop])
    if (life.isClosed) return
    try {
      await this.#check(content, { signal, thorough: true })
    } catch (error) {
      if (this.life.phase === 'idle' && signal?.aborted) {
        if (wasChecked) this.#checked(content)
        else if (!life.paused) this.#checkSoon(content)
        this.#show()
      }
      throw error
    }
  }

  #checkSoon(content: Content): void {
    // What goes wrong shows in the torrent's state.
    this.#check(content, { thorough: false }).catch(() => {})
  }

  async #check(
    content: Content,
    { signal, thorough }: { signal?: AbortSignal | undefined; thorough: boolean },
  ): Promise<void> {
    const { life } = this
    const { progress, trusted } = this.#place
    const checking = new Checking()
    this.#checking = checking
    life.phase = 'checking'
    this.#show()
    try {
      const pool = this.#context.hashPool
      const news = await checking.run(content, { pool, progress, trusted, thorough, signal })
      if (news) this.touch()
    } catch (error) {
      // Who stopped the check goes on from here.
      if (checking.isStopped) throw error
      this.#checking = null
      life.phase = 'idle'
      if (!signal?.aborted) this.onFault(error)
      throw error
    }
    this.#checking = null
    this.#checked(content)
  }

  #checked(content: Content): void {
    const { life } = this
    life.phase = 'running'
    life.completed = false
    this.#work?.demand.checked(content.have)
    if (content.isComplete) this.onFinished()
    if (!life.paused) this.#run()
    this.#show()
  }

  // Running

  get #isAtRest(): boolean {
    return this.life.paused || this.life.error !== null || this.life.isClosed
  }

  /** Something is missing that somebody wants. */
  get #seeksPeers(): boolean {
    return !this.life.completed || (this.#work?.demand.isPending ?? false)
  }

  #run(): void {
    this.swarm?.resume()
    if (this.#seeksPeers || this.swarm) this.#atWork().begin()
    this.#setActive(this.#seeksPeers || this.swarm !== null || this.#recorder !== null)
    if (this.#seeksPeers) this.#announcements?.refresh()
  }

  #atWork(): SwarmWork {
    this.#work ??= new SwarmWork(this.#context, this.#torrent, this)
    this.#setActive(!this.life.isClosed)
    return this.#work
  }

  /** What readers wait for. The torrent gets to work for it, also one that has all that is wanted. */
  demand(): Demand {
    const work = this.#atWork()
    if (this.isChecked && !this.#isAtRest) {
      work.begin().resume()
      this.#announcements?.refresh()
    }
    return work.demand
  }

  #retryWrites(work: SwarmWork): void {
    this.swarm?.resume()
    // When it is refused again, the torrent stops again.
    void work.retryWrites()
  }

  #announce(): void {
    const { life } = this
    this.#announcements ??= new Announcements(
      this.#context,
      {
        infoHashes: this.infoHashes,
        isPrivate: this.isPrivate,
        totals: () => ({
          uploaded: this.totals?.uploadedBytes ?? 0,
          downloaded: this.totals?.downloadedBytes ?? 0,
          left: this.content ? this.content.wantedBytes - this.content.haveBytes : null,
        }),
        wanted: () =>
          life.paused || !this.#seeksPeers ? 0 : (this.swarm?.wanted ?? this.#context.maxPeersPerTorrent),
        paused: () => life.completed && !this.content!.have.isFull,
      },
      this.origin.trackers,
      {
        onPeers: (peers, kind) => this.addAddresses(peers, kind),
        onStatus: () => {},
      },
    )
  }

  async select(change: (selection: Selection) => void): Promise<void> {
    const { content, life } = this
    if (!content) return
    change(content.selection)
    content.recount()
    await content.storage.setWanted(content.selection.wanted())
    this.touch()
    if (!this.isChecked) return
    if (content.isComplete) this.onFinished()
    else life.completed = false
    if (!life.paused) this.#run()
    this.#work?.prioritize()
    this.#show()
  }

  setSequential(sequential: boolean): void {
    this.isSequential = sequential
    this.swarm?.transfer?.picker.setSequential(sequential)
    this.touch()
  }

  // Of its work

  onPiece(piece: number): void {
    this.touch()
    this.#emit('piece', piece)
  }

  onFinished(): void {
    if (!this.life.completed) {
      this.content?.storage.setWanted(this.content.selection.wanted()).catch(error => this.onFault(error))
      this.#announcements?.completed()
    }
    this.life.complete()
    this.#show()
  }

  onFault(error: unknown): void {
    this.life.fail(error)
    this.#show()
  }

  onRecovered(): void {
    if (!this.isChecked) return
    this.life.error = null
    this.log('storage takes bytes again: the download goes on')
    this.#show()
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.totals ??= new Totals()
    this.totals.add(downloaded, uploaded, this.#context.clock.nowMs())
    this.touch()
  }

  onPeersChanged(): void {
    if (!this.life.paused && !this.life.isClosed) this.#setActive(true)
  }

  log(line: string): void {
    this.#emit('log', line)
  }

  // Records

  /** Something that is recorded changed. */
  touch(): void {
    this.#recorder?.touch()
  }

  /** Records a change that the user made. */
  async changed(): Promise<void> {
    this.touch()
    await this.#record()
  }

  recordedState(): RecordedState {
    this.#recordedPaused = this.life.paused
    return recordedStateOf(this, this.#torrent)
  }

  onRecordError(error: unknown): void {
    this.log(`progress could not be saved: ${messageOf(error)}`)
  }

  /** What could not be recorded is checked at the next start. */
  async #record(): Promise<void> {
    await this.#recorder?.record().catch(error => this.onRecordError(error))
  }

  #setActive(active: boolean): void {
    this.#context.setActive(this.#torrent, active)
  }

  #show(): void {
    this.life.show(this.state)
  }
}
