/**
 * A torrent's own files are determined from the users of each path and from their recorded state.
 */
import type { HashPool } from '../../hash/hash-pool.ts'
import type { ResumeProgress } from '../../storage/record/resume-store.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { TorrentData } from './torrent-data.ts'

/** Verified pieces, and the stamps of the files at that time. */
export type KnownProgress = Pick<ResumeProgress, 'had' | 'stamps'>

/** Input for finding the paths that other torrents use. */
export interface Search {
  /** Its download folder. */
  readonly directory: string
  /** Paths below it, with `/`; empty for none. */
  readonly paths: readonly string[]
  readonly except: TorrentData
  /** Only torrents that claimed their paths before this one. */
  readonly isEarlier?: boolean
}

/**
 * The paths that the torrents of a session use, whether or not bytes exist yet. A torrent claims
 * its paths when it first accesses the disk. If two torrents have the same path, it belongs to the
 * one that claimed it first.
 */
export interface Claims {
  /** Called again when the paths of the files change. */
  claim(data: TorrentData): void
  has(data: TorrentData): boolean
  /** Whether no other torrent shares a top-level name in the folder with this one. */
  isAlone(data: TorrentData): boolean
  /** The paths of the files changed: claims them if the earlier ones were claimed. */
  moved(data: TorrentData): void
  release(data: TorrentData): void
  /**
   * Returns those of a torrent's paths, below the download folder, that others use, by index among
   * all files.
   */
  ofOthers(data: TorrentData, options?: { isEarlier?: boolean }): Set<number>
  /** Paths below a download folder that other torrents use. */
  used(search: Search): ReadonlySet<string>
}

/** The services of a session to the files of a torrent. */
export interface ClaimsHook {
  readonly paths: Claims
}

/** A torrent with everything that is needed to determine its own files. */
export interface FilesContext {
  readonly data: TorrentData
  readonly paths: Claims
  readonly pool: HashPool
}

/** The result of a check, besides `content.have`. */
export interface Found {
  /** From before the files were read. */
  readonly stamps: readonly FileStamp[]
  /** The record from before the check. */
  readonly known: KnownProgress | null
  /** Receives the paths of files that are stored under other names. */
  readonly avoided: Map<number, readonly string[]>
}
