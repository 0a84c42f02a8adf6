/** Files of a torrent are judged by who uses which path, and by what was known of them. */
import type { HashPool } from '../../hash/hash-pool.ts'
import type { ResumeProgress } from '../../storage/record/resume-store.ts'
import type { FileStamp } from '../../storage/storage.ts'
import type { TorrentData } from './torrent-data.ts'

/** Pieces that were verified, and the stamps that the files had then. */
export type KnownProgress = Pick<ResumeProgress, 'had' | 'stamps'>

/** Where a torrent looks for the paths of others. */
export interface Search {
  /** Its download folder. */
  readonly directory: string
  /** Paths below it, with `/`; empty for none. */
  readonly paths: readonly string[]
  readonly except: TorrentData
  /** Only torrents that claimed theirs before this one. */
  readonly isEarlier?: boolean
}

/**
 * The paths that the torrents of a session use, whether or not there are bytes yet. A torrent claims its paths when it looks at the disk for the
 * first time. Where two have the same path, it belongs to the one that claimed it first.
 */
export interface Claims {
  /** Called again when the files have other paths. */
  claim(data: TorrentData): void
  has(data: TorrentData): boolean
  /** Whether no other torrent has a first name below the folder in common with this one. */
  isAlone(data: TorrentData): boolean
  /** The files have other paths: claims them if the earlier ones were claimed. */
  moved(data: TorrentData): void
  release(data: TorrentData): void
  /** The paths, below the download folder, that others use among those of a torrent, by index among all files. */
  ofOthers(data: TorrentData, options?: { isEarlier?: boolean }): Set<number>
  /** Paths below a download folder that other torrents use. */
  used(search: Search): ReadonlySet<string>
}

/** The services of a session to the files of a torrent. */
export interface ClaimsHook {
  readonly paths: Claims
}

/** A torrent with everything that its files are judged by. */
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
