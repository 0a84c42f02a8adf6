import { absolutePath } from '#paths'
import type {
  MoveTorrentOptions,
  PeerStatus,
  PieceMap,
  RateLimits,
  TorrentApi,
  TorrentDiscovery,
  TorrentEvents,
  TorrentFile,
  TorrentState,
  TorrentStats,
} from '../api.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import { Emitter } from '../base/events.ts'
import { parseHostPort } from '../base/ip.ts'
import { RateLimit, type RateLimitPair } from '../base/rate-limit.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import type { Info, InfoHashes, Metainfo } from '../metainfo/metainfo.ts'
import type { PiecePriority } from '../pieces/pieces.ts'
import type { Peer } from '../swarm/peer.ts'
import { peerStatus } from '../swarm/peer-status.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import type { PeerAddress } from '../transport/transport.ts'
import type { Announcements } from './announcements.ts'
import type { SessionContext } from './context.ts'
import { FileView, realFiles } from './file-view.ts'
import { limited } from './limited.ts'
import { pieceMapOf } from './piece-map.ts'
import { changePlace, rename, renamedBelow } from './place-change.ts'
import {
  addWebSeed,
  keepPeers,
  merge,
  removeWebSeed,
  select,
  setSequential,
  setTrackers,
} from './torrent-changes.ts'
import type { NamedPeer, TorrentOrigin, TorrentPlace } from './torrent-origin.ts'
import { TorrentReader } from './torrent-reader.ts'
import { ratesOf, statsOf } from './torrent-stats.ts'
import { TorrentTask } from './torrent-task.ts'

/** For finding the addresses of a peer that a user names. */
const RESOLVE_LIMIT_MS = 10_000
const SETTLED = Promise.resolve()

/** One torrent of a session: from a link to verified files, and then as a seed. */
export class Torrent extends Emitter<TorrentEvents> implements TorrentApi {
  readonly #context: SessionContext
  readonly #task: TorrentTask
  #limiters: RateLimitPair | null = null
  #files: FileView[] | null = null
  #placing: Promise<void> = SETTLED

  constructor(context: SessionContext, origin: TorrentOrigin, place: TorrentPlace) {
    super()
    this.#context = context
    this.#task = new TorrentTask(context, this, origin, place, (name, ...args) => this.emit(name, ...args))
  }

  get infoHashes(): InfoHashes {
    return this.#task.infoHashes
  }

  get name(): string {
    return this.#task.content?.metainfo.info.name ?? this.#task.origin.name ?? infoHashText(this.infoHashes)
  }

  get metainfo(): Metainfo | null {
    return this.#task.content?.known ?? null
  }

  get addedMs(): number {
    return this.#task.addedMs
  }

  get paused(): boolean {
    return this.#task.life.paused
  }

  get sequential(): boolean {
    return this.#task.isSequential
  }

  get limits(): RateLimits {
    return {
      downloadBytesPerSecond: this.#limiters?.download.bytesPerSecond ?? Infinity,
      uploadBytesPerSecond: this.#limiters?.upload.bytesPerSecond ?? Infinity,
    }
  }

  get trackers(): readonly (readonly string[])[] {
    return this.#task.origin.trackers
  }

  get webSeeds(): readonly string[] {
    return this.#task.origin.webSeeds
  }

  get isPrivate(): boolean {
    return this.#task.isPrivate
  }

  get directory(): string {
    return this.#task.directory
  }

  get magnet(): string {
    const { trackers, webSeeds } = this.#task.origin
    return formatMagnet({ infoHashes: this.infoHashes, name: this.name, trackers: trackers.flat(), webSeeds })
  }

  get files(): readonly TorrentFile[] {
    const { content } = this.#task
    if (!content) return []
    if (!this.#files) {
      const reader = new TorrentReader(this.#task, content)
      this.#files = realFiles(content).map((at, index) => new FileView(index, at, reader))
    }
    return this.#files
  }

  /** Its own limits, where it has any; for the session. */
  get limiters(): RateLimitPair | null {
    return this.#limiters
  }

  /** Limits for the chains of its peers: made when the first peer comes, so that one set later holds for it too. */
  ownLimits(): RateLimitPair {
    if (!this.#limiters) this.applyLimits({})
    return this.#limiters!
  }

  /** Peers connected. */
  get connections(): number {
    return this.#task.swarm?.peers.size ?? 0
  }

  connectedPeers(): Iterable<Peer> {
    return this.#task.swarm?.peers.values() ?? []
  }

  get announcements(): Announcements {
    return this.#task.announcements
  }

  /** Web seeds that are being read. */
  get workingWebSeeds(): number {
    return this.#task.webSeeds?.working ?? 0
  }

  /** Payload bytes a second. */
  ratesAt(nowMs: number): { download: number; upload: number } {
    return ratesOf(this.#task, nowMs)
  }

  get state(): TorrentState {
    return this.#task.state
  }

  get isComplete(): boolean {
    return this.#task.content?.isShownComplete ?? false
  }

  get stats(): TorrentStats {
    return statsOf(this.#task, this.#context.clock.nowMs())
  }

  /** Finds metadata, checks what is here, downloads or seeds. */
  start(): void {
    this.#task.start()
    for (const peer of this.#task.origin.peers) this.#addNamedPeer(peer)
  }

  /** Adds what somebody who added it again knows of it. */
  merge(origin: TorrentOrigin): void {
    merge(this.#task, origin)
    keepPeers(this.#task, origin.peers)
    for (const peer of origin.peers) this.#addNamedPeer(peer)
  }

  /** Another torrent of the session turned out to be this one. */
  giveWay(): void {
    this.#task.giveWay()
  }

  /** A connection that asked for this torrent, handshakes done. */
  accept(ready: ReadyConnection): void {
    this.#task.accept(ready)
  }

  /** Once a second while active. */
  tick(nowMs: number): void {
    this.#task.tick(nowMs)
  }

  pause(): Promise<void> {
    return this.#task.pause()
  }

  async resume(): Promise<void> {
    if (this.state === 'closed') throw new ShoalError('closed', 'the torrent was removed: add it again')
    this.start()
  }

  whenMetadata({ signal }: { signal?: AbortSignal } = {}): Promise<Info> {
    const { content, life } = this.#task
    return content ? Promise.resolve(content.metainfo.info) : life.whenMetadata(signal)
  }

  whenComplete({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#task.life.whenComplete(signal)
  }

  setPriority(file: number, priority: number): Promise<void> {
    return this.setPriorities(new Map([[file, priority]]))
  }

  async setPriorities(priorities: ReadonlyMap<number, number>): Promise<void> {
    const files = realFiles(this.#known())
    const changes = [...priorities].map(
      ([file, priority]) => [fileAt(files, file), checkedPriority(priority)] as const,
    )
    await select(this.#task, selection => {
      for (const [at, priority] of changes) selection.set(at, priority)
    })
  }

  setSequential(sequential: boolean): void {
    setSequential(this.#task, sequential)
  }

  setLimits(limits: Partial<RateLimits>): void {
    this.applyLimits(limits)
    void this.#task.changed()
  }

  /** As `setLimits`, for limits that are recorded already, or will be with all else. */
  applyLimits(limits: Partial<RateLimits>): void {
    const { clock } = this.#context
    this.#limiters ??= { download: new RateLimit(clock), upload: new RateLimit(clock) }
    const { downloadBytesPerSecond, uploadBytesPerSecond } = limits
    if (downloadBytesPerSecond !== undefined) this.#limiters.download.setRate(downloadBytesPerSecond)
    if (uploadBytesPerSecond !== undefined) this.#limiters.upload.setRate(uploadBytesPerSecond)
  }

  peers(): PeerStatus[] {
    return [...this.#task.peers.map(peerStatus), ...(this.#task.webSeeds?.status() ?? [])]
  }

  pieces(): PieceMap {
    return pieceMapOf(this.#task)
  }

  discovery(): TorrentDiscovery[] {
    return this.#task.announcements.status()
  }

  async setTrackers(tiers: readonly (readonly string[])[]): Promise<void> {
    this.#mustBeOpen()
    await setTrackers(this.#task, tiers)
  }

  async addWebSeed(url: string): Promise<void> {
    this.#mustBeOpen()
    await addWebSeed(this.#task, url)
  }

  async removeWebSeed(url: string): Promise<void> {
    this.#mustBeOpen()
    await removeWebSeed(this.#task, url)
  }

  reannounce(): void {
    this.#task.announcements.refresh()
  }

  addPeer(address: string, { keep = true }: { keep?: boolean } = {}): void {
    const parsed = parseHostPort(address)
    if (!parsed)
      throw new ShoalError(
        'bad-argument',
        `${address} is no peer: give host:port, an IPv6 address in brackets`,
      )
    if (keep) keepPeers(this.#task, [parsed])
    this.#addNamedPeer(parsed)
  }

  #addNamedPeer({ host, port }: NamedPeer): void {
    const limit = limited(this.#context.clock, RESOLVE_LIMIT_MS)
    this.#context
      .resolve(host, limit.signal)
      .then(
        hosts => {
          const addresses: PeerAddress[] = hosts.slice(0, 4).map(address => ({ host: address, port }))
          this.#task.addAddresses(addresses, 'manual')
        },
        error => this.emit('log', `${host}: ${messageOf(error)}`),
      )
      .finally(() => limit.end())
  }

  async recheck({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#known()
    await this.#task.recheck(signal)
  }

  move(directory: string, options: MoveTorrentOptions = {}): Promise<void> {
    return this.#place(async () => {
      const { storage } = this.#known()
      const next = { directory: absolutePath(directory), renamed: this.#task.renamed ?? new Map() }
      await changePlace(this.#task, next, moved => storage.move(next.directory, { ...options, moved }))
    })
  }

  renameFile(file: number, path: readonly string[]): Promise<void> {
    return this.#place(async () =>
      rename(this.#task, new Map([[fileAt(realFiles(this.#known()), file), path]])),
    )
  }

  renameFolder(folder: readonly string[], path: readonly string[]): Promise<void> {
    return this.#place(async () => rename(this.#task, renamedBelow(this.#task, this.#known(), folder, path)))
  }

  /** Changes of where files are, one after the other. */
  #place(change: () => Promise<void>): Promise<void> {
    const changed = this.#placing.then(change)
    this.#placing = changed.catch(() => {})
    return changed
  }

  record(): Promise<void> {
    return this.#task.record()
  }

  recordAdded(): Promise<void> {
    return this.#task.recordAdded()
  }

  /** Stops it, keeping its resume data. */
  async close(): Promise<void> {
    await this.#task.close()
    this.#closeLimits()
  }

  async remove(options: { deleteData?: boolean } = {}): Promise<void> {
    this.#context.forget(this)
    await this.#task.remove(options.deleteData ?? false)
    this.#closeLimits()
  }

  #closeLimits(): void {
    this.#limiters?.download.close()
    this.#limiters?.upload.close()
  }

  #known() {
    const { content } = this.#task
    this.#mustBeOpen()
    if (!content)
      throw new ShoalError(
        'not-found',
        'the metadata of this torrent is not known yet: wait for whenMetadata',
      )
    return content
  }

  #mustBeOpen(): void {
    if (this.state === 'closed')
      throw new ShoalError('closed', 'the torrent was closed: add it again to change it')
  }
}

/** Index among all files of one of the real files. */
function fileAt(realFiles: readonly number[], file: number): number {
  const at = realFiles[file]
  if (at === undefined) throw new ShoalError('bad-argument', `the torrent has no file ${file}`)
  return at
}

function checkedPriority(priority: number): PiecePriority {
  if (Number.isInteger(priority) && priority >= 0 && priority <= 7) return priority as PiecePriority
  throw new ShoalError('bad-argument', `${priority} is no priority: it is a whole number from 0 to 7`)
}
