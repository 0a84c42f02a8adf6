import { keptFiles, recognizeFiles } from '#own-files'
import type { FileCopy } from '../../api.ts'
import { codeOf, ShoalError } from '../../base/errors.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { SwarmEvents } from '../../swarm/swarm-context.ts'
import type { SessionContext } from '../context.ts'
import { type Content, openContent } from './content.ts'
import { Fetching } from './fetching.ts'
import type { ClaimsHook } from './file-claims.ts'
import { FilePlaces } from './file-places.ts'
import { foundBytes } from './found-bytes.ts'
import type { Emit } from './lifecycle.ts'
import { type ActiveHook, TorrentNetwork } from './network.ts'
import { Recorder, type RecorderEvents } from './recorder.ts'
import { Recovery } from './recovery.ts'
import type { Running } from './running.ts'
import { presentStamps, readFault } from './storage-faults.ts'
import { Checks } from './torrent-checks.ts'
import type { TorrentData } from './torrent-data.ts'

/** The services of a session to one of its torrents. */
export interface TorrentHooks extends ActiveHook, ClaimsHook {
  /**
   * Registers the torrent under all its info hashes. Returns false if another torrent has one of
   * them.
   */
  register(): boolean
  /** Removes the torrent from the session. */
  forget(): void
  /** The files became known, or their pieces were checked. */
  filesChanged(): void
  /**
   * Copies bytes of files that other torrents have too. Called once a second, and when a transfer
   * starts.
   */
  shareFiles(): void
  /** A piece was verified and stored. */
  pieceArrived(piece: number): void
  /** The other torrents with a file, by its index among all. */
  copiesOf(file: number): readonly FileCopy[]
}

/**
 * Takes a torrent through its phases: it fetches its metadata, checks which pieces are present,
 * then runs as downloader or seed. Each phase is an object that holds what exists only while it
 * lasts: `Fetching`, `Checking`, and `Running`, which the network side owns.
 */
export class Phases {
  readonly data: TorrentData
  readonly network: TorrentNetwork
  /** Null if the torrent is not recorded. */
  readonly recorder: Recorder | null
  readonly places: FilePlaces
  readonly checks: Checks
  readonly #context: SessionContext
  readonly #hooks: TorrentHooks
  readonly #emit: Emit
  /** Null until storage fails. */
  #recovery: Recovery | null = null
  #fetching: Fetching | null = null
  #yielded = false

  constructor(context: SessionContext, hooks: TorrentHooks, data: TorrentData, emit: Emit) {
    this.#context = context
    this.#hooks = hooks
    this.#emit = emit
    this.data = data
    const { metainfo } = data.origin
    const { progress, memory } = data.place
    if (metainfo) {
      data.layOut(metainfo.info)
      data.content = openContent(context, metainfo, data)
    }
    const { resume } = context
    this.recorder =
      resume && !memory ? new Recorder({ store: resume, data, events: () => this.#recorderEvents() }) : null
    this.places = new FilePlaces({ context, data, hooks, recorder: this.recorder, emit })
    this.network = new TorrentNetwork({
      context,
      data,
      isRecorded: this.recorder !== null,
      events: () => this.#swarmEvents(),
      hooks,
    })
    this.checks = new Checks({
      ...{ data, places: this.places, recorder: this.recorder, network: this.network },
      onRecheck: () => this.#recovery?.giveUp(),
      onChecked: content => this.#onChecked(content),
      onFault: error => this.#recover().onFault(error),
    })
    if (!progress || progress.moving) this.recorder?.touch()
  }

  // Commands

  /**
   * Starts the torrent, or resumes it after a pause or an error. `accepted`: missing files are
   * downloaded again, also if the torrent stopped because of them.
   */
  start(accepted = codeOf(this.data.lifecycle.error) === 'not-found'): void {
    const { lifecycle, content } = this.data
    if (lifecycle.isClosed || !(lifecycle.paused || lifecycle.error)) return
    const failed = lifecycle.error !== null
    this.recorder?.started()
    lifecycle.paused = false
    this.network.announcements.join()
    if (failed && this.#recovery?.retryFlush()) return
    lifecycle.error = null
    if (lifecycle.phase === 'idle') {
      if (content) this.checks.run(content, { thorough: false, accepted }).catch(() => {})
      else this.#beginFetching()
    } else if (lifecycle.phase !== 'running') this.network.swarm?.resume()
    else if (!failed) this.network.run()
    else if (!content?.isChecked || !this.#recovery?.retryWrites()) void this.checks.recheck().catch(() => {})
    this.data.show()
  }

  /** Marks the files of a paused, trusted torrent as complete. Rejects if its start would fail. */
  async trust(): Promise<void> {
    const { content, lifecycle, place } = this.data
    if (!content || !place.trusted || lifecycle.isClosed || lifecycle.phase !== 'idle') return
    await this.checks.run(content, { thorough: false })
    this.recorder?.touch()
    await this.recorder?.tryRecord()
  }

  async pause(): Promise<void> {
    const { lifecycle } = this.data
    if (lifecycle.isClosed || lifecycle.paused) return
    lifecycle.paused = true
    this.network.swarm?.pause()
    this.data.show()
    this.recorder?.touch()
    await this.network.running?.transfer.settled()
    await Promise.all([this.network.announcements.leave(), this.recorder?.tryRecord()])
    if (lifecycle.paused) this.#hooks.setActive(false)
  }

  /** Stops the torrent and keeps its record. */
  async close(): Promise<void> {
    const { lifecycle, content } = this.data
    if (lifecycle.isClosed) return
    await this.#stop()
    await this.recorder?.tryRecord()
    await Promise.all([this.recorder?.stop(), this.#recovery?.settled()])
    await content?.storage.close()
  }

  /** Stops the torrent and deletes its record, and optionally its files. */
  async remove(deleteData: boolean): Promise<void> {
    const { lifecycle, content } = this.data
    if (lifecycle.isClosed) return
    await Promise.all([this.#stop(), this.recorder?.stop(), this.#recovery?.settled()])
    try {
      if (deleteData && content) {
        await recognizeFiles(this.places, content).catch(() => {})
        await content.storage.remove({ keep: keptFiles(this.places) })
      } else await content?.storage.close()
    } finally {
      // Last: after a crash before this line the files can still be deleted.
      if (!this.#yielded) await this.recorder?.forget()
    }
  }

  /**
   * Uses metadata, or missing piece layers, from another source. Throws if another torrent of the
   * session has its other info hash.
   */
  learn(metainfo: Metainfo): void {
    const { data } = this
    const { lifecycle } = data
    if (lifecycle.isClosed) return
    if (data.content) {
      if (data.content.learnLayers(metainfo)) this.selectionChanged(data.content)
      return
    }
    data.layOut(metainfo.info)
    const content = openContent(this.#context, metainfo, data)
    data.content = content
    if (!this.#hooks.register()) {
      data.content = null
      throw alreadyAdded()
    }
    if (data.isPrivate) {
      this.network.announcements.becamePrivate()
      this.network.swarm?.becamePrivate()
    }
    if (!lifecycle.paused) this.network.announcements.join()
    this.recorder?.touch()
    lifecycle.learned(content.metainfo.info)
    this.#hooks.filesChanged()
    if (lifecycle.phase !== 'fetching') return
    this.#fetching = null
    this.checks.run(content, { thorough: false }).catch(() => {})
  }

  /**
   * Another torrent of the session turned out to be the same one: it owns the record under this
   * hash from now on.
   */
  yieldTo(): void {
    this.#yielded = true
    void this.recorder?.stop()
    this.#giveUpFetching(alreadyAdded())
  }

  /** Applies a changed selection, or hashes that make other pieces verifiable. */
  selectionChanged(content: Content): void {
    const { lifecycle } = this.data
    this.recorder?.touch()
    if (lifecycle.phase !== 'running') return
    content.updateNeed()
    if (content.isComplete) this.#onFinished()
    else if (lifecycle.completed) {
      lifecycle.completed = false
      // Seeds have disconnected since it was complete.
      this.network.announcements.refresh()
    }
    if (!lifecycle.paused) this.network.run()
    this.network.running?.prioritize()
    this.data.show()
  }

  /** Once a second while the torrent is active. */
  tick(nowMs: number): void {
    if (this.network.running) this.#hooks.shareFiles()
    this.network.swarm?.tick(nowMs)
    this.#recovery?.tick()
    if (this.network.running?.hasUnsaved) this.recorder?.touch()
    if (!this.#recovery?.isFlushPending) this.recorder?.tick(nowMs)
    if (this.network.isNeeded) return
    // A seed without peers needs no ticks once its last progress is safe.
    this.#hooks.setActive(false)
    void this.recorder?.tryRecord()
  }

  // Transitions

  #beginFetching(): void {
    this.data.lifecycle.phase = 'fetching'
    this.#fetching = new Fetching(this.network.begin())
  }

  #giveUpFetching(error: unknown): void {
    this.data.lifecycle.phase = 'idle'
    this.#fetching?.stop()
    this.#fetching = null
    this.data.fail(error)
  }

  async #onWriteError(error: unknown): Promise<void> {
    const { content } = this.data
    const { running } = this.network
    try {
      if (!content?.isChecked || !running) throw error
      await this.places.makeWay(content, error)
      await running.transfer.retryWrites()
    } catch (failure) {
      if (content?.storage.changes?.files.size) this.#onFilesChanged()
      // Bytes that were written to a missing file are lost. A check determines the remaining
      // pieces.
      else if (codeOf(failure) === 'not-found') this.#recover().onFault(failure)
      else this.#recover().onWriteError(failure)
    }
  }

  #onChecked(content: Content): void {
    const { data } = this
    const { lifecycle } = data
    const { progress } = data.place
    if (content.recorded && progress && data.totals) {
      const bytes = foundBytes(content, content.recorded, progress)
      data.totals.downloadedBytes += bytes
      this.#context.onTransferred(bytes, 0)
    }
    content.recorded = null
    data.forgetRecord()
    lifecycle.phase = 'running'
    lifecycle.completed = false
    content.updateNeed()
    this.network.checked(content.have)
    if (content.isComplete) this.#onFinished()
    if (!lifecycle.paused) this.network.run()
    this.#hooks.filesChanged()
    if (this.network.running) this.#hooks.shareFiles()
    this.data.show()
  }

  async #stop(): Promise<void> {
    const closed = this.data.lifecycle.close()
    this.#hooks.setActive(false)
    this.data.show()
    await Promise.all([this.network.close(closed), this.checks.stop(closed)])
  }

  #onFinished(): void {
    const { content, lifecycle } = this.data
    const wasComplete = lifecycle.completed
    if (!wasComplete && content) {
      this.places.finish(content).catch(error => this.data.fail(error))
      if (content.wantedBytes > 0) this.network.announcements.completed()
    }
    lifecycle.complete()
    this.data.show()
    // A listener of `complete` may end the program.
    if (!wasComplete) void this.recorder?.tryRecord()
  }

  // Events of the parts

  #swarmEvents(): SwarmEvents {
    return {
      onMetadata: info => {
        if (!this.#fetching) return
        try {
          this.learn(this.#fetching.metainfo(info, this.data.origin))
        } catch (error) {
          this.#giveUpFetching(error)
        }
      },
      onHashes: () => {
        if (this.data.content) this.selectionChanged(this.data.content)
      },
      onPiece: piece => this.#onPiece(piece),
      onWriteError: error => void this.#onWriteError(error),
      onReadError: (piece, error) => {
        if (this.data.lifecycle.phase !== 'running') return
        if (this.data.content?.storage.changes?.files.size) this.#onFilesChanged()
        else this.#recover().onFault(readFault(piece, error))
      },
      onTransferred: (downloaded, uploaded) => {
        this.data.addTransferred(downloaded, uploaded)
        this.#context.onTransferred(downloaded, uploaded)
        this.recorder?.touchTotals()
      },
      onPeerClosed: peer => this.#emit('peerClosed', peer),
      onPeersChanged: () => {
        this.network.onPeersChanged()
        this.#emit('peers', this.network.swarm?.peers.size ?? 0)
      },
      log: line => this.#emit('log', line),
    }
  }

  #onFilesChanged(): void {
    if (this.data.lifecycle.phase !== 'running' || this.checks.isShared) return
    this.#emit('log', 'files were changed on disk: they are checked before they are served again')
    // A check that fails stops the torrent with its error.
    void this.checks.checkChanged().catch(() => {})
  }

  #recover(): Recovery {
    const { data, network } = this
    this.#recovery ??= new Recovery({
      context: this.#context,
      data,
      network,
      onFlushed: () => this.recorder?.touch(),
      onFlushLost: () => void this.checks.recheck().catch(() => {}),
      log: line => this.#emit('log', line),
    })
    return this.#recovery
  }

  #recorderEvents(): RecorderEvents {
    return {
      saveUnfinished: async () => this.network.running?.saveUnfinished(this.data.lifecycle.paused),
      onStorageFault: error => this.#recover().onFault(error),
      onFilesChanged: () => this.#onFilesChanged(),
      onFlushError: fault => this.#recover().onFlushError(fault),
      log: line => this.#emit('log', line),
    }
  }

  #onPiece(piece: number): void {
    this.recorder?.stored(piece)
    this.#emit('piece', piece)
    this.network.arrived(piece)
    this.#hooks.pieceArrived(piece)
    const { running } = this.network
    if (running?.transfer.wanted.isFinished) void this.#finish(running)
  }

  /**
   * An open file can be deleted, so that bytes written to it are lost: check the files before the
   * torrent counts as complete.
   */
  async #finish(running: Running): Promise<void> {
    const { content } = this.data
    let fault: unknown
    if (content?.isOnDisk) await presentStamps(content).catch(error => (fault = error))
    if (running !== this.network.running) return
    if (fault !== undefined) this.#recover().onFault(fault)
    else if (running.transfer.wanted.isFinished) this.#onFinished()
  }
}

function alreadyAdded(): ShoalError {
  return new ShoalError(
    'bad-argument',
    'this torrent was already added under its other info hash: remove this entry',
  )
}
