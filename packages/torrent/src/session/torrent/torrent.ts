import { ownStamps } from '#own-files'
import { switchSources } from '#source-switches'
import type {
  MoveTorrentOptions,
  PeerStatus,
  PieceMap,
  RateLimits,
  SwitchableSource,
  TorrentApi,
  TorrentDiscovery,
  TorrentEvents,
  TorrentFile,
  TorrentState,
  TorrentStats,
} from '../../api.ts'
import { ShoalError } from '../../base/errors.ts'
import { Emitter } from '../../base/events.ts'
import { parseHostPort } from '../../base/ip.ts'
import type { Info, InfoHashes, Metainfo } from '../../metainfo/metainfo.ts'
import type { PiecePriority } from '../../pieces/pieces.ts'
import type { FileStamp } from '../../storage/storage.ts'
import { peerStatus } from '../../swarm/peer/peer-status.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { SessionContext } from '../context.ts'
import { type Content, realFiles } from './content.ts'
import { FileView } from './files.ts'
import { Links } from './links.ts'
import type { TorrentOrigin, TorrentPlace } from './origin.ts'
import { Phases, type TorrentHooks } from './phases.ts'
import { Relocation } from './relocation.ts'
import { TorrentData } from './torrent-data.ts'
import { pieceMap, torrentStats } from './view.ts'

/**
 * One torrent of a session, from a link to verified files, and then as a seed. `TorrentApi`
 * documents each member.
 */
export class Torrent extends Emitter<TorrentEvents> implements TorrentApi {
  /** For the session. */
  readonly phases: Phases
  readonly #context: SessionContext
  readonly #hooks: TorrentHooks
  readonly #data: TorrentData
  #files: FileView[] | null = null
  #relocation: Relocation | null = null

  constructor(context: SessionContext, hooks: TorrentHooks, origin: TorrentOrigin, place: TorrentPlace) {
    super()
    const emit: Torrent['emit'] = (name, ...args) => this.emit(name, ...args)
    this.#context = context
    this.#hooks = hooks
    this.#data = new TorrentData(context.clock, origin, place, emit)
    this.phases = new Phases(context, hooks, this.#data, emit)
  }

  get infoHashes(): InfoHashes {
    return this.#data.infoHashes
  }

  get name(): string {
    return this.#data.name
  }

  get metainfo(): Metainfo | null {
    return this.#data.content?.known ?? null
  }

  get addedMs(): number {
    return this.#data.addedMs
  }

  get paused(): boolean {
    return this.#data.lifecycle.paused
  }

  get sequential(): boolean {
    return this.#data.isSequential
  }

  get limits(): RateLimits {
    const { limits } = this.#data
    return {
      downloadBytesPerSecond: limits?.download.bytesPerSecond ?? Infinity,
      uploadBytesPerSecond: limits?.upload.bytesPerSecond ?? Infinity,
    }
  }

  get trackers(): readonly (readonly string[])[] {
    return this.#data.origin.trackers
  }

  get webSeeds(): readonly string[] {
    return this.#data.origin.webSeeds
  }

  get isPrivate(): boolean {
    return this.#data.isPrivate
  }

  get directory(): string {
    return this.#data.directory
  }

  get magnet(): string {
    return this.#data.magnet
  }

  get files(): readonly TorrentFile[] {
    const data = this.#data
    const { content } = data
    if (!content) return []
    const { clock } = this.#context
    const { network } = this.phases
    const context = {
      clock,
      data,
      content,
      deadlines: () => network.deadlines(),
      checkChanged: () => this.phases.checks.checkChanged(),
      copiesOf: (file: number) => this.#hooks.copiesOf(file),
      limitsFor: (host: string) => this.#context.limits.forReader(host, data.ownLimits()),
      onSent: (bytes: number) => {
        data.addTransferred(0, bytes)
        this.#context.onTransferred(0, bytes)
      },
    }
    this.#files ??= realFiles(content).map((at, index) => new FileView(index, at, context))
    return this.#files
  }

  async ownStamps(): Promise<(FileStamp | null)[]> {
    const { content } = this.#data
    if (!content) return []
    const stamps = await ownStamps(this.phases.places, content)
    return realFiles(content).map(at => stamps?.[at] ?? null)
  }

  get state(): TorrentState {
    return this.#data.state
  }

  get isComplete(): boolean {
    return this.#data.content?.isShownComplete ?? false
  }

  get stats(): TorrentStats {
    return torrentStats(this.phases, this.#context.clock.nowMs())
  }

  peers(): PeerStatus[] {
    const { swarm, running } = this.phases.network
    const peers = swarm
      ? [...swarm.peers.values()].map(peer =>
          peerStatus(peer, this.#context.clock.nowMs(), this.#data.content?.have),
        )
      : []
    return [...peers, ...(running?.webSeeds.status() ?? [])]
  }

  pieces(): PieceMap {
    return pieceMap(this.phases)
  }

  discovery(): TorrentDiscovery[] {
    return this.phases.network.announcements.status()
  }

  /**
   * Fetches the metadata, checks which pieces are present, then downloads or seeds. `accepted`:
   * even if files are missing.
   */
  start({ accepted }: { accepted?: boolean } = {}): void {
    this.phases.start(accepted)
    if (this.#data.origin.peers.length > 0) this.#links().connectPeers()
  }

  pause(): Promise<void> {
    return this.phases.pause()
  }

  trust(): Promise<void> {
    return this.phases.trust()
  }

  async resume(): Promise<void> {
    if (this.state === 'closed') throw new ShoalError('closed', 'the torrent was removed: add it again')
    this.start()
  }

  whenMetadata({ signal }: { signal?: AbortSignal } = {}): Promise<Info> {
    const { content, lifecycle } = this.#data
    return content ? Promise.resolve(content.metainfo.info) : lifecycle.whenMetadata(signal)
  }

  whenComplete({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#data.lifecycle.whenComplete(signal)
  }

  async recheck({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#data.openContent()
    await this.phases.checks.recheck(signal)
  }

  /**
   * Adds data from a source of the same torrent that was added again: trackers, web seeds,
   * metadata, peers.
   */
  merge(more: TorrentOrigin): void {
    if (this.#links().merge(more)) this.#changed()
    if (more.metainfo) this.phases.learn(more.metainfo)
    if (this.#links().keepPeers(more.peers)) this.#changed()
    this.#links().connectPeers(more.peers)
  }

  setPriority(file: number, priority: number): Promise<void> {
    return this.setPriorities(new Map([[file, priority]]))
  }

  async setPriorities(priorities: ReadonlyMap<number, number>): Promise<void> {
    const content = this.#data.openContent()
    const files = realFiles(content)
    const changes = [...priorities].map(
      ([file, priority]) => [fileAt(files, file), checkedPriority(priority)] as const,
    )
    for (const [at, priority] of changes) content.selection.set(at, priority)
    content.recount()
    await this.phases.places.setWanted(content)
    this.phases.selectionChanged(content)
    this.#changed()
  }

  setSequential(sequential: boolean): void {
    this.#data.isSequential = sequential
    this.phases.network.running?.transfer.picker.setSequential(sequential)
    this.#changed()
  }

  get firstLastFirst(): boolean {
    return this.#data.firstLastFirst
  }

  setFirstLastFirst(firstLastFirst: boolean): void {
    this.#data.firstLastFirst = firstLastFirst
    this.phases.network.running?.setFirstLastFirst(firstLastFirst)
    this.#changed()
  }

  get superSeeding(): boolean {
    return this.#data.isSuperSeeding
  }

  setSuperSeeding(superSeeding: boolean): void {
    this.#data.isSuperSeeding = superSeeding
    this.phases.network.swarm?.superSeedingChanged()
    this.#changed()
  }

  get sourcesOff(): readonly SwitchableSource[] {
    return this.#data.sourcesOff ?? []
  }

  setSourcesOff(kinds: readonly SwitchableSource[]): void {
    switchSources(kinds, this.phases)
  }

  setLimits(limits: Partial<RateLimits>): void {
    this.#data.setLimits(limits)
    this.#changed()
  }

  async setTrackers(tiers: readonly (readonly string[])[]): Promise<void> {
    this.#data.mustBeOpen()
    this.#links().setTrackers(tiers)
    await this.phases.recorder?.changed()
  }

  async addWebSeed(text: string): Promise<void> {
    this.#data.mustBeOpen()
    if (this.#links().addWebSeed(text)) await this.phases.recorder?.changed()
  }

  async removeWebSeed(url: string): Promise<void> {
    this.#data.mustBeOpen()
    if (this.#links().removeWebSeed(url)) await this.phases.recorder?.changed()
  }

  reannounce(): void {
    this.phases.network.announcements.refresh({ byUser: true })
  }

  addPeer(address: string | PeerAddress, { keep = true }: { keep?: boolean } = {}): void {
    if (typeof address !== 'string') return this.phases.network.addAddresses([address], 'manual')
    const peer = parseHostPort(address)
    if (!peer)
      throw new ShoalError(
        'bad-argument',
        `${address} is not a peer address: give host:port, with an IPv6 address in brackets`,
      )
    if (keep && this.#links().keepPeers([peer])) this.#changed()
    this.#links().connectPeers([peer])
  }

  move(directory: string, options: MoveTorrentOptions = {}): Promise<void> {
    return this.#relocate((files, content) => files.move(content, directory, options))
  }

  renameFile(file: number, path: readonly string[]): Promise<void> {
    return this.#relocate((files, content) =>
      files.rename(content, new Map([[fileAt(realFiles(content), file), path]])),
    )
  }

  renameFolder(folder: readonly string[], path: readonly string[]): Promise<void> {
    return this.#relocate((files, content) => files.renameFolder(content, folder, path))
  }

  async recordAdded(): Promise<void> {
    await this.phases.recorder?.recordAdded()
  }

  /** Stops the torrent and keeps its record. */
  async close(): Promise<void> {
    await this.phases.close()
    this.#data.closeLimits()
  }

  async remove(options: { deleteData?: boolean } = {}): Promise<void> {
    this.#hooks.setActive(false)
    this.#hooks.forget()
    await this.phases.remove(options.deleteData ?? false)
    this.#data.closeLimits()
  }

  #relocate(change: (files: Relocation, content: Content) => Promise<void>): Promise<void> {
    this.#relocation ??= new Relocation(this.phases.places, this.phases.recorder)
    const relocation = this.#relocation
    return relocation.queue(async () => change(relocation, this.#data.openContent()))
  }

  #links(): Links {
    const { network } = this.phases
    return new Links({
      context: this.#context,
      data: this.#data,
      network,
      log: line => this.emit('log', line),
    })
  }

  #changed(): void {
    void this.phases.recorder?.changed()
  }
}

/** The index among all files of a real file. */
function fileAt(realFiles: readonly number[], file: number): number {
  const at = realFiles[file]
  if (at === undefined) throw new ShoalError('bad-argument', `the torrent has no file ${file}`)
  return at
}

function checkedPriority(priority: number): PiecePriority {
  if (Number.isInteger(priority) && priority >= 0 && priority <= 7) return priority as PiecePriority
  throw new ShoalError('bad-argument', `${priority} is not a priority: give an integer from 0 to 7`)
}
