import type { PeerStatus, TorrentEvents, TorrentState } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import type { DiscoveryStatus } from '../discovery/discovery.ts'
import type { Info, InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import { parseInfo } from '../metainfo/parse-info.ts'
import type { Peer } from '../swarm/peer.ts'
import type { PeerOrigin } from '../swarm/peer-pool.ts'
import type { Selection } from '../swarm/selection.ts'
import { type ReadyConnection, Swarm } from '../swarm/swarm.ts'
import { Transfer } from '../swarm/transfer.ts'
import type { PeerAddress } from '../transport/transport.ts'
import { Announcements } from './announcements.ts'
import { checkContent } from './check.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import { openContent } from './open-content.ts'
import { type RecordedState, Recorder } from './recorder.ts'
import type { Torrent } from './torrent.ts'
import type { TorrentOrigin, TorrentPlace } from './torrent-origin.ts'
import { TorrentSwarm } from './torrent-swarm.ts'
import { Totals } from './totals.ts'
import { Waiters } from './waiters.ts'

/** How often storage that refused bytes is tried again. */
const RETRY_WRITES_MS = 5000

type Phase = 'idle' | 'metadata' | 'checking' | 'running' | 'closed'
type Emit = <Name extends keyof TorrentEvents & string>(name: Name, ...args: TorrentEvents[Name]) => void

/**
 * The life of one torrent: metadata, then a check of what is here, then running, as downloader or seed. What it needs only at work (swarm,
 * transfer, totals) is made when there is work: a session holds thousands of torrents that nobody asks for.
 */
export class TorrentTask {
  readonly origin: TorrentOrigin
  content: Content | null = null
  swarm: Swarm | null = null
  totals: Totals | null = null
  error: Error | null = null
  checkProgress = 0
  directory: string
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #place: TorrentPlace
  readonly #emit: Emit
  #phase: Phase = 'idle'
  #paused = true
  #completed = false
  #sequential: boolean
  #announcements: Announcements | null = null
  #recorder: Recorder | null = null
  #checking: AbortController | null = null
  #retryMs = 0
  #lastState: TorrentState = 'paused'
  #metadataWaiters: Waiters<Info> | null = null
  #completeWaiters: Waiters<void> | null = null
  #pieceWaiters: Map<number, Waiters<void>> | null = null
  #renamed: Map<number, readonly string[]> | null = null

  constructor(
    context: SessionContext,
    torrent: Torrent,
    origin: TorrentOrigin,
    place: TorrentPlace,
    emit: Emit,
  ) {
    this.#context = context
    this.#torrent = torrent
    this.origin = origin
    this.#place = place
    this.#emit = emit
    this.directory = place.directory
    this.#sequential = place.sequential
    if (place.progress) this.totals = new Totals(place.progress)
    if (place.progress && place.progress.renamed.size > 0) this.#renamed = new Map(place.progress.renamed)
    if (origin.metainfo) this.content = this.#open(origin.metainfo)
    if (context.resume && !place.memory)
      this.#recorder = new Recorder(context.resume, this, place.progress !== null)
  }

  get infoHashes(): InfoHashes {
    return this.content?.metainfo.info.infoHashes ?? this.origin.infoHashes
  }

  get isPrivate(): boolean {
    return this.content?.metainfo.info.private ?? false
  }

  get clock(): Clock {
    return this.#context.clock
  }

  get peers(): Peer[] {
    return this.swarm ? [...this.swarm.peers.values()] : []
  }

  get state(): TorrentState {
    if (this.#phase === 'closed') return 'closed'
    if (this.error) return 'error'
    if (this.#phase === 'checking') return 'checking'
    if (this.#paused) return 'paused'
    if (this.#phase !== 'running') return this.content ? 'checking' : 'metadata'
    return this.#completed ? 'seeding' : 'downloading'
  }

  discovery(): DiscoveryStatus[] {
    return this.#announcements?.status() ?? []
  }

  webSeedStatus(): PeerStatus[] {
    return []
  }

  // Life

  start(): void {
    if (this.#phase === 'closed' || !this.#paused) return
    this.#paused = false
    this.error = null
    this.#announce()
    this.touch()
    if (this.#phase === 'running') this.#run()
    else if (this.#phase === 'idle' && this.content) void this.#check(this.content)
    else if (this.#phase === 'idle') this.#fetchMetadata()
    else this.swarm?.resume()
    this.#stateChanged()
  }

  async pause(): Promise<void> {
    if (this.#phase === 'closed' || this.#paused) return
    this.#paused = true
    this.swarm?.pause()
    this.#stateChanged()
    const announcements = this.#announcements
    this.#announcements = null
    this.touch()
    await Promise.all([announcements?.leave(), this.#recorder?.record()])
  }

  async resume(): Promise<void> {
    if (!this.error || this.#paused) return this.start()
    this.error = null
    const stuck = this.swarm?.transfer?.isStuck ?? false
    if (stuck) await this.#retryWrites()
    else if (this.#phase === 'metadata') this.swarm?.resume()
    else if (this.content) await this.recheck()
    this.#stateChanged()
  }

  accept(ready: ReadyConnection): void {
    if (this.#paused || this.error || this.#phase === 'closed') ready.connection.close()
    else this.#ensureSwarm().accept(ready)
  }

  tick(nowMs: number): void {
    this.swarm?.tick(nowMs)
    if (this.error && this.swarm?.transfer?.isStuck && nowMs >= this.#retryMs) void this.#retryWrites()
    this.#recorder?.tick(nowMs)
    if (this.#completed && !this.error && this.peers.length === 0) void this.#rest()
  }

  /** A seed that nobody is connected to needs no attention, once its last progress is safe. */
  async #rest(): Promise<void> {
    this.#context.setActive(this.#torrent, false)
    await this.#recorder?.record().catch(error => this.onRecordError(error))
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return
    const transfer = this.#stop()
    await Promise.all([this.#announcements?.leave(), transfer?.close()])
    await this.#recorder?.record().catch(() => {
      // What could not be recorded is checked at the next start.
    })
    await this.#recorder?.stop()
    await this.content?.storage.close()
  }

  async remove(deleteData: boolean): Promise<void> {
    const transfer = this.#stop()
    await Promise.all([this.#announcements?.leave(), transfer?.close(), this.#recorder?.stop()])
    await this.#recorder?.forget()
    if (deleteData) await this.content?.storage.remove()
    else await this.content?.storage.close()
  }

  #stop(): Transfer | null {
    const transfer = this.swarm?.transfer ?? null
    this.#phase = 'closed'
    this.#context.setActive(this.#torrent, false)
    const closed = closedError()
    this.#checking?.abort(closed)
    this.swarm?.close()
    if (transfer) this.#context.cache.drop(transfer)
    for (const waiters of [
      this.#metadataWaiters,
      this.#completeWaiters,
      ...(this.#pieceWaiters?.values() ?? []),
    ])
      waiters?.reject(closed)
    this.#stateChanged()
    return transfer
  }

  // Metadata

  #fetchMetadata(): void {
    this.#phase = 'metadata'
    this.#ensureSwarm().resume()
    this.#context.setActive(this.#torrent, true)
  }

  onMetadata(bytes: Uint8Array): void {
    if (this.#phase !== 'metadata') return
    const { trackers, webSeeds } = this.origin
    let metainfo: Metainfo
    try {
      metainfo = { info: parseInfo(bytes), trackers, webSeeds, nodes: [], pieceLayers: new Map() }
    } catch (error) {
      return this.#fail(error)
    }
    this.content = this.#open(metainfo)
    if (!this.#context.register(this.#torrent))
      return this.#fail(
        new ShoalError('bad-argument', 'this torrent is here already, under its other info hash'),
      )
    // The metadata may say that the torrent is private (BEP 27), or name a second info hash.
    const before = this.#announcements
    this.#announcements = null
    void before?.leave()
    if (!this.#paused) this.#announce()
    this.touch()
    this.#emit('metadata', metainfo.info)
    this.#metadataWaiters?.resolve(metainfo.info)
    void this.#check(this.content)
  }

  #open(metainfo: Metainfo): Content {
    return openContent(this.#context, metainfo, {
      directory: this.directory,
      memory: this.#place.memory,
      renamed: this.#renamed ?? new Map(),
      priorities: this.#place.progress?.priorities ?? null,
      select: this.origin.select,
    })
  }

  // Checking

  async recheck(signal?: AbortSignal): Promise<void> {
    const { content } = this
    if (!content || this.#phase === 'checking' || this.#phase === 'closed') return
    const { swarm } = this
    this.swarm = null
    this.error = null
    if (swarm) {
      swarm.close()
      if (swarm.transfer) this.#context.cache.drop(swarm.transfer)
      await swarm.transfer?.close()
    }
    content.have.clearAll()
    await this.#check(content, { signal, thorough: true })
  }

  async #check(
    content: Content,
    options: { signal?: AbortSignal | undefined; thorough?: boolean } = {},
  ): Promise<void> {
    this.#phase = 'checking'
    this.#checking = new AbortController()
    this.checkProgress = 0
    this.#stateChanged()
    const { signal: own } = this.#checking
    try {
      if (!content.selection.isDefault) await content.storage.setWanted(content.selection.wanted())
      if (this.#place.trusted && !options.thorough) content.have.setAll()
      else
        await checkContent(content, {
          pool: this.#context.hashPool,
          progress: options.thorough ? null : this.#place.progress,
          signal: options.signal ? AbortSignal.any([own, options.signal]) : own,
          onProgress: progress => {
            this.checkProgress = progress
          },
        })
    } catch (error) {
      if (own.aborted) return
      this.#phase = 'idle'
      if (options.signal?.aborted) throw error
      return this.#fail(error)
    }
    if (own.aborted) return
    this.#checking = null
    this.#phase = 'running'
    this.#completed = false
    this.#touchAfterCheck(options.thorough ?? false)
    if (content.isComplete) this.#complete()
    if (!this.#paused) this.#run()
    this.#stateChanged()
  }

  /** What a check found is recorded, unless it is what was recorded already. */
  #touchAfterCheck(thorough: boolean): void {
    if (thorough || !this.#place.trusted || this.#recorder?.isNew) this.touch()
  }

  // Running

  #run(): void {
    if (this.swarm) this.swarm.resume()
    if (this.swarm && this.content && !this.swarm.transfer) this.#begin(this.swarm, this.content)
    if (this.#completed) {
      this.#context.setActive(this.#torrent, this.swarm !== null || this.#recorder !== null)
      return
    }
    this.#ensureSwarm()
    this.#context.setActive(this.#torrent, true)
    this.#announcements?.refresh()
  }

  #ensureSwarm(): Swarm {
    if (this.swarm) return this.swarm
    this.totals ??= new Totals()
    this.swarm = new Swarm(new TorrentSwarm(this.#context, this.#torrent, this))
    if (this.#phase === 'running' && this.content) this.#begin(this.swarm, this.content)
    this.#context.setActive(this.#torrent, true)
    return this.swarm
  }

  #begin(swarm: Swarm, content: Content): void {
    const { layout, storage, have, selection, roots } = content
    const { info } = content.metainfo
    const { clock, random } = this.#context
    const transfer = new Transfer({
      info,
      layout,
      storage,
      have,
      selection,
      roots,
      owner: swarm,
      clock,
      random,
    })
    if (this.#sequential) transfer.picker.setSequential(true)
    for (const [piece] of this.#pieceWaiters ?? []) transfer.picker.setDeadline(piece, clock.nowMs())
    swarm.begin(transfer)
    transfer.completePadding()
  }

  #complete(): void {
    if (this.#completed) return
    this.#completed = true
    this.content?.storage.setWanted(this.content.selection.wanted()).catch(error => this.#fail(error))
    this.#announcements?.completed()
    this.#emit('complete')
    this.#completeWaiters?.resolve()
  }

  #announce(): void {
    this.#announcements ??= new Announcements(
      this.#context,
      {
        infoHashes: this.infoHashes,
        isPrivate: this.isPrivate,
        trackers: this.origin.trackers,
        totals: () => ({
          uploaded: this.totals?.uploadedBytes ?? 0,
          downloaded: this.totals?.downloadedBytes ?? 0,
          left: this.content ? this.content.wantedBytes - this.content.haveBytes : null,
        }),
        wanted: () =>
          this.#completed || this.#paused ? 0 : (this.swarm?.wanted ?? this.#context.maxPeersPerTorrent),
        paused: () => this.#completed && !this.content!.have.isFull,
      },
      {
        onPeers: (peers, kind) => this.addAddresses(peers, kind),
        onStatus: () => {},
      },
    )
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    if (this.#phase === 'closed' || this.#paused || this.error) return
    // A seed waits to be found, but a peer that the user names is tried.
    if (this.#completed && origin !== 'manual') return
    this.#ensureSwarm().addAddresses(addresses, origin)
  }

  // Of the swarm

  onHashes(): void {
    if (!this.content) return
    this.swarm?.transfer?.prioritize(this.content.selection)
    this.swarm?.updateInterest()
    this.touch()
  }

  onPiece(piece: number): void {
    this.touch()
    this.#emit('piece', piece)
    const waiters = this.#pieceWaiters?.get(piece)
    this.#pieceWaiters?.delete(piece)
    waiters?.resolve()
    if (this.swarm?.transfer?.picker.isFinished) {
      this.#complete()
      this.#stateChanged()
    }
  }

  onWriteError(error: ShoalError): void {
    this.#retryMs = this.#context.clock.nowMs() + RETRY_WRITES_MS
    this.#fail(error)
  }

  async #retryWrites(): Promise<void> {
    this.#retryMs = this.#context.clock.nowMs() + RETRY_WRITES_MS
    const { swarm } = this
    if (!swarm?.transfer || !(await swarm.transfer.retryWrites()) || this.#phase !== 'running') return
    this.error = null
    this.log('storage takes bytes again: the download goes on')
    swarm.updateInterest()
    this.#stateChanged()
  }

  onReadError(piece: number, error: unknown): void {
    if (this.#phase !== 'running' || this.error) return
    this.swarm?.pause()
    this.#fail(
      new ShoalError(
        'io',
        `piece ${piece} cannot be read: ${messageOf(error)}. Put the file back, then resume: what is there is checked`,
        { cause: error },
      ),
    )
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.totals?.add(downloaded, uploaded, this.#context.clock.nowMs())
    this.#context.onTransferred(downloaded, uploaded)
  }

  onPeersChanged(): void {
    if (!this.#paused && this.#phase !== 'closed') this.#context.setActive(this.#torrent, true)
  }

  log(line: string): void {
    this.#emit('log', line)
  }

  // Selection, streams, waiting

  async select(change: (selection: Selection) => void): Promise<void> {
    const { content } = this
    if (!content) return
    change(content.selection)
    content.recount()
    await content.storage.setWanted(content.selection.wanted())
    this.touch()
    if (this.#phase !== 'running') return
    this.swarm?.transfer?.prioritize(content.selection)
    if (content.isComplete) this.#complete()
    else this.#completed = false
    if (!this.#paused) this.#run()
    this.swarm?.updateInterest()
    this.#stateChanged()
  }

  setSequential(sequential: boolean): void {
    this.#sequential = sequential
    this.swarm?.transfer?.picker.setSequential(sequential)
    this.touch()
  }

  /** StreamHost */
  async ready(signal: AbortSignal | undefined): Promise<Content> {
    await this.whenMetadata(signal)
    return this.content!
  }

  setDeadline(piece: number, dueMs: number | null): void {
    this.swarm?.transfer?.picker.setDeadline(piece, dueMs)
    this.swarm?.fillAll()
  }

  whenPiece(piece: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#phase === 'closed') return Promise.reject(closedError())
    if (this.content?.have.has(piece)) return Promise.resolve()
    this.#pieceWaiters ??= new Map()
    const waiters = this.#pieceWaiters.get(piece) ?? new Waiters<void>()
    this.#pieceWaiters.set(piece, waiters)
    return waiters.wait(signal)
  }

  whenMetadata(signal: AbortSignal | undefined): Promise<Info> {
    if (this.content) return Promise.resolve(this.content.metainfo.info)
    if (this.#phase === 'closed') return Promise.reject(closedError())
    this.#metadataWaiters ??= new Waiters()
    return this.#metadataWaiters.wait(signal)
  }

  whenComplete(signal: AbortSignal | undefined): Promise<void> {
    if (this.#completed) return Promise.resolve()
    if (this.#phase === 'closed') return Promise.reject(closedError())
    this.#completeWaiters ??= new Waiters()
    return this.#completeWaiters.wait(signal)
  }

  // Records

  async moved(directory: string): Promise<void> {
    this.directory = directory
    this.touch()
    await this.#recorder?.record()
  }

  async renamed(file: number, path: readonly string[]): Promise<void> {
    this.#renamed ??= new Map()
    this.#renamed.set(file, path)
    this.touch()
    await this.#recorder?.record()
  }

  /** Something that is recorded changed. */
  touch(): void {
    this.#recorder?.touch()
  }

  recordedState(): RecordedState {
    const { limits } = this.#torrent
    const finite = (rate: number | undefined) =>
      rate !== undefined && Number.isFinite(rate) ? rate : undefined
    const download = finite(limits?.download.bytesPerSecond)
    const upload = finite(limits?.upload.bytesPerSecond)
    return {
      ...(this.content ? {} : { magnet: this.#torrent.magnet }),
      directory: this.directory,
      paused: this.#paused,
      sequential: this.#sequential,
      addedMs: this.#place.progress?.addedMs ?? this.#context.clock.unixMs(),
      downloadedBytes: this.totals?.downloadedBytes ?? 0,
      uploadedBytes: this.totals?.uploadedBytes ?? 0,
      ...(download === undefined ? {} : { downloadLimit: download }),
      ...(upload === undefined ? {} : { uploadLimit: upload }),
      renamed: this.#renamed ?? new Map(),
      trackers: this.origin.trackers.flat(),
      webSeeds: this.origin.webSeeds,
    }
  }

  onRecordError(error: unknown): void {
    this.log(`progress could not be saved: ${messageOf(error)}`)
  }

  #fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error))
    this.#emit('error', this.error)
    this.#stateChanged()
  }

  #stateChanged(): void {
    const { state } = this
    if (state === this.#lastState) return
    this.#lastState = state
    this.#emit('state', state)
  }
}

function closedError(): ShoalError {
  return new ShoalError('closed', 'the torrent was closed')
}
