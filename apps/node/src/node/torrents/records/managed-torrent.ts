import type { Seal } from '@shoal/links'
import {
  infoHashText,
  type TorrentApi,
  type TorrentFile,
  type TorrentState,
  type TorrentStats,
} from '@shoal/torrent'
import { isSealed } from '../../../base/share-link.ts'
import { SourceTotals } from './source-totals.ts'
import type { TorrentRow } from './torrent-row.ts'

/** The secret for the link of a sealed share, which is not in its torrent. */
export interface KnownSeal {
  readonly seal: Seal
  /** The path that was sealed, if it is kept. */
  readonly original: string | null
}

/** Returns the seal of a torrent. Null if it is unknown. */
export type SealOf = (torrent: ManagedTorrent) => KnownSeal | null

/** More than the time between two counts: a computer that slept did not transfer anything. */
const MOST_UNCOUNTED_SECONDS = 90

type Moved = Pick<TorrentStats, 'downloadedBytes' | 'uploadedBytes'>

/** A torrent of the session together with the node's record of it. */
export class ManagedTorrent {
  readonly api: TorrentApi
  /** Replaced as an object on every change (see TorrentRegistry.change). */
  row: TorrentRow
  /** Its files are being moved to another folder. */
  moving = false
  /** It waits in the queue: the engine's torrent is paused although the user did not pause it. */
  queued = false
  /** When it last started to run: milliseconds since the Unix epoch. */
  startedMs = Date.now()
  /** Counts that trackers last reported for the swarm. Null: unknown. */
  swarmSeeds: number | null = null
  swarmLeeches: number | null = null
  /** Tick of the list at which these were last read. */
  swarmTick = Number.NEGATIVE_INFINITY
  #tiers: TorrentApi['trackers'] | null = null
  #trackerHosts: string[] = []

  /** When it or a peer last had all pieces. Null: not in this run. */
  seenCompleteMs: number | null = null
  readonly #before: Moved
  /** The running counter, and the time until which it has been counted. */
  #counter: 'downloadingSeconds' | 'seedingSeconds' | null = null
  #countedMs = 0

  /** Bytes by kind of source, in this run. */
  readonly sources = new SourceTotals()

  /** Null until they are needed. */
  #read: DiskNames | null = null

  readonly #sealOf: SealOf

  constructor(api: TorrentApi, row: TorrentRow, sealOf: SealOf = () => null) {
    this.api = api
    this.row = row
    this.#sealOf = sealOf
    const { downloadedBytes, uploadedBytes } = api.stats
    this.#before = { downloadedBytes, uploadedBytes }
  }

  /**
   * Counts the time in its states, and notes whether a complete copy is available: in memory, until
   * its row is saved.
   */
  observe(nowMs: number): void {
    const { state, stats } = this.api
    const seconds = Math.min(MOST_UNCOUNTED_SECONDS, Math.max(0, (nowMs - this.#countedMs) / 1000))
    if (this.#counter) this.row = { ...this.row, [this.#counter]: this.row[this.#counter] + seconds }
    this.#counter =
      state === 'downloading' ? 'downloadingSeconds' : state === 'seeding' ? 'seedingSeconds' : null
    this.#countedMs = nowMs
    if (this.isComplete || stats.seeds > 0) this.seenCompleteMs = nowMs
  }

  /** Bytes that it transferred in this run. */
  get sessionBytes(): Moved {
    const { downloadedBytes, uploadedBytes } = this.api.stats
    return {
      downloadedBytes: Math.max(0, downloadedBytes - this.#before.downloadedBytes),
      uploadedBytes: Math.max(0, uploadedBytes - this.#before.uploadedBytes),
    }
  }

  get id(): string {
    return this.row.id
  }

  get name(): string {
    return this.row.name ?? this.#names().shown ?? this.api.name
  }

  /**
   * Name of its file or folder on disk. Null while it is unknown, and for several files without a
   * folder.
   */
  get diskName(): string | null {
    return this.#names().root
  }

  /** Call it when names on disk have changed: they are then read again. */
  filesRenamed(): void {
    this.#read = null
  }

  #names(): DiskNames {
    const { metainfo, files } = this.api
    if (!metainfo) return NO_NAMES
    this.#read ??= readNames(files)
    return this.#read
  }

  /** Hosts of its trackers, each once. */
  get trackerHosts(): string[] {
    const { trackers } = this.api
    if (trackers !== this.#tiers) {
      this.#tiers = trackers
      this.#trackerHosts = hostsOf(trackers.flat())
    }
    return this.#trackerHosts
  }

  /** The seal for links of a sealed share. Null if it is not sealed, or its seal is unknown. */
  get seal(): KnownSeal | null {
    return this.#sealOf(this)
  }

  /** Whether it is a sealed share. */
  get sealed(): boolean {
    return this.seal !== null || isSealed(this.api)
  }

  /** The key in the link of a sealed share, if the node knows it. */
  get linkKey(): Uint8Array | undefined {
    return this.seal?.seal.by === 'key' ? this.seal.seal.key : undefined
  }

  /** All ids of the torrent: a hybrid torrent has two, once its metadata is known. */
  get ids(): string[] {
    const { v1, v2 } = this.api.infoHashes
    const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })].filter(text => text !== undefined)
    return [...new Set([this.row.id, ...hashes])]
  }

  /** The engine's state. */
  get state(): TorrentState {
    return this.api.state
  }

  /** Whether all wanted bytes have been downloaded, as far as is known. */
  get isComplete(): boolean {
    return this.api.state !== 'checking' && this.api.isComplete
  }
}

function hostsOf(urls: readonly string[]): string[] {
  return [...new Set(urls.filter(url => URL.canParse(url)).map(url => new URL(url).hostname.toLowerCase()))]
}

interface DiskNames {
  readonly root: string | null
  /** The root instead of the torrent's name, if it was renamed. */
  readonly shown: string | null
}

const NO_NAMES: DiskNames = { root: null, shown: null }

function readNames(files: readonly Pick<TorrentFile, 'path' | 'currentPath' | 'storedPath'>[]): DiskNames {
  const [first] = files
  const root = first?.storedPath[0]
  if (!first || root === undefined) return NO_NAMES
  const isFolder = files.every(({ storedPath: { length, 0: name } }) => length > 1 && name === root)
  if (files.length > 1 && !isFolder) return NO_NAMES
  // A folder that was only added around a file, or omitted, does not rename it, nor does a name
  // that is invalid for files.
  const [name] = first.currentPath
  const isRenamed = first.path.length > 1 === isFolder && first.path[0] !== name
  return { root, shown: isRenamed ? name! : null }
}
