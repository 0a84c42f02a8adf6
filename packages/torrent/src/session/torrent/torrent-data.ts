import { layoutPaths } from '#content-layout'
import { visibleInHome } from '#home-names'
import type { RateLimits, SwitchableSource, TorrentState } from '../../api.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { RateLimit, type RateLimitPair } from '../../base/rate-limit.ts'
import { RateMeter } from '../../base/rate-meter.ts'
import { infoHashText } from '../../metainfo/info-hash.ts'
import { formatMagnet } from '../../metainfo/magnet.ts'
import type { Info, InfoHashes } from '../../metainfo/metainfo.ts'
import type { FilePlace } from '../../storage/storage.ts'
import type { Content } from './content.ts'
import { type Emit, Lifecycle } from './lifecycle.ts'
import type { TorrentOrigin, TorrentPlace } from './origin.ts'

const NO_FILES: ReadonlySet<number> = new Set()

/**
 * Plain data of one torrent, which its parts share: its origin, the places of its files, and what
 * is known of its content.
 */
export class TorrentData {
  place: TorrentPlace
  readonly lifecycle: Lifecycle
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  origin: TorrentOrigin
  /** Null while the metadata is unknown. */
  content: Content | null = null
  /** Null until the first byte is transferred. */
  totals: Totals | null = null
  /** The torrent's own limits; null until they are set or needed. */
  limits: RateLimitPair | null = null
  directory: string
  /**
   * Paths below the download folder, by index among all files, of the files whose names differ from
   * the torrent's.
   */
  renamed: ReadonlyMap<number, readonly string[]> | null
  /** The layout to apply to the content when its metadata is known; undefined for its own. */
  contentLayout: 'subfolder' | 'no-subfolder' | undefined
  /** Where the files are being moved to. */
  moving: FilePlace | null = null
  isSequential: boolean
  isSuperSeeding: boolean
  firstLastFirst: boolean
  /** Undefined for none. */
  sourcesOff: readonly SwitchableSource[] | undefined
  /** Files, by index among all, that lost pieces because others changed them. */
  changedFiles: ReadonlySet<number> = NO_FILES
  readonly #clock: Clock
  /**
   * Time at which the last payload arrived or the state changed; monotonic milliseconds, like the
   * next.
   */
  #quietSinceMs: number
  /** Time at which the first of the connected peers connected. */
  #peersSinceMs = Number.NEGATIVE_INFINITY
  #shown: TorrentState | null = null
  #hasPeers = false

  constructor(clock: Clock, origin: TorrentOrigin, place: TorrentPlace, emit: Emit) {
    const { progress } = place
    this.#clock = clock
    this.#quietSinceMs = clock.nowMs()
    this.origin = origin
    this.place = place
    this.lifecycle = new Lifecycle(emit)
    this.addedMs = progress?.addedMs ?? clock.unixMs()
    this.directory = place.directory
    this.isSequential = place.sequential
    this.isSuperSeeding = place.superSeeding
    this.firstLastFirst = place.firstLastFirst
    this.sourcesOff = progress?.sourcesOff
    if (progress && progress.downloadedBytes + progress.uploadedBytes > 0) this.totals = new Totals(progress)
    const renamed = progress?.renamed ?? place.renamed
    this.renamed = renamed && renamed.size > 0 ? renamed : null
    const { contentLayout } = place
    if (contentLayout !== 'original' && !progress?.had) this.contentLayout = contentLayout
    if (place.limits) this.setLimits(place.limits)
  }

  get infoHashes(): InfoHashes {
    return this.content?.metainfo.info.infoHashes ?? this.origin.infoHashes
  }

  get isPrivate(): boolean {
    return this.content?.metainfo.info.private ?? false
  }

  get name(): string {
    return this.content?.metainfo.info.name ?? this.origin.name ?? infoHashText(this.infoHashes)
  }

  get magnet(): string {
    const { trackers, webSeeds } = this.origin
    return formatMagnet({ infoHashes: this.infoHashes, name: this.name, trackers: trackers.flat(), webSeeds })
  }

  get state(): TorrentState {
    return this.lifecycle.state(this.content !== null, this.content?.needsHashes ?? false)
  }

  mustBeOpen(): void {
    if (this.lifecycle.isClosed)
      throw new ShoalError('closed', 'the torrent was closed: add it again to change it')
  }

  /** The content, for a change of it. Throws if the torrent is closed or its metadata unknown. */
  openContent(): Content {
    this.mustBeOpen()
    if (this.content) return this.content
    throw new ShoalError('not-found', 'the metadata of this torrent is not known yet: wait for whenMetadata')
  }

  /**
   * Applies the requested layout to the content, and renames files that would be hidden in the
   * home folder unless they are the user's own; `renamed` records both from now on.
   */
  layOut(info: Info): void {
    const { memory, trusted, progress } = this.place
    if (this.contentLayout) this.renamed ??= layoutPaths(info, this.contentLayout)
    this.contentLayout = undefined
    if (!memory && !trusted && !progress?.had)
      this.renamed = visibleInHome(info.files, this.renamed, this.directory)
  }

  /** Emits the state if it changed. */
  show(): void {
    const { state } = this
    if (state !== this.#shown) this.#quietSinceMs = this.#clock.nowMs()
    this.#shown = state
    this.lifecycle.show(state)
  }

  /**
   * Drops the record of the earlier run, which is no longer needed: those of thousands of torrents
   * take megabytes.
   */
  forgetRecord(): void {
    if (this.place.progress) this.place = { ...this.place, progress: null }
  }

  notePeers(count: number): void {
    if (count > 0 && !this.#hasPeers) this.#peersSinceMs = this.#clock.nowMs()
    this.#hasPeers = count > 0
  }

  /**
   * Time since the last payload arrived or the state changed; while there are peers, at most since
   * the first of them connected.
   */
  quietMs(nowMs: number): number {
    return nowMs - (this.#hasPeers ? Math.max(this.#quietSinceMs, this.#peersSinceMs) : this.#quietSinceMs)
  }

  /** Stops the torrent with an error. */
  fail(error: unknown): void {
    this.lifecycle.fail(error)
    this.show()
  }

  /**
   * Creates the limits on the first call, so that a limit set later applies to connections that are
   * open.
   */
  ownLimits(): RateLimitPair {
    this.limits ??= { download: new RateLimit(this.#clock), upload: new RateLimit(this.#clock) }
    return this.limits
  }

  setLimits({ downloadBytesPerSecond, uploadBytesPerSecond }: Partial<RateLimits>): void {
    const { download, upload } = this.ownLimits()
    if (downloadBytesPerSecond !== undefined) download.setRate(downloadBytesPerSecond)
    if (uploadBytesPerSecond !== undefined) upload.setRate(uploadBytesPerSecond)
  }

  closeLimits(): void {
    this.limits?.download.close()
    this.limits?.upload.close()
  }

  addTransferred(downloaded: number, uploaded: number): void {
    this.totals ??= new Totals()
    const nowMs = this.#clock.nowMs()
    this.totals.add(downloaded, uploaded, nowMs)
    if (downloaded > 0) this.#quietSinceMs = nowMs
  }
}

/** Payload bytes that a torrent downloaded and uploaded over its lifetime, and current rates. */
export class Totals {
  readonly download = new RateMeter()
  readonly upload = new RateMeter()
  downloadedBytes: number
  uploadedBytes: number

  constructor(
    before: { downloadedBytes: number; uploadedBytes: number } = { downloadedBytes: 0, uploadedBytes: 0 },
  ) {
    this.downloadedBytes = before.downloadedBytes
    this.uploadedBytes = before.uploadedBytes
  }

  add(downloaded: number, uploaded: number, nowMs: number): void {
    if (downloaded > 0) {
      this.downloadedBytes += downloaded
      this.download.add(downloaded, nowMs)
    }
    if (uploaded > 0) {
      this.uploadedBytes += uploaded
      this.upload.add(uploaded, nowMs)
    }
  }
}
