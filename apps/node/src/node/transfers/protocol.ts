/**
 * How the node gets what an identifier stands for: a handler for each protocol, chosen by a ProtocolManager. Others plug in by implementing
 * `ProtocolHandler`.
 */
import type { CheckedInputOf, Job } from '@shoal/api'

/** What only torrents have use for: labels, selected files, limits … */
export type TorrentOptions = Omit<CheckedInputOf<'addTorrent'>, 'source' | 'torrent' | 'directory'>

export interface DownloadOptions {
  /** Full path of the folder that receives it; made where it is missing. */
  readonly directory: string
  readonly torrent?: TorrentOptions
  /** Stops the work of `download` itself; a file's transfer has a signal of its own. */
  readonly signal?: AbortSignal
  /** Whoever named the identifier has no business in this machine's network: no server there is asked. */
  readonly outsideOnly?: boolean
}

export interface LookOptions extends Pick<DownloadOptions, 'outsideOnly'> {
  readonly signal: AbortSignal
}

export interface SeedOptions {
  readonly signal?: AbortSignal
  /** Name of the handler that shares it. Default: the first that can. */
  readonly protocol?: string
  readonly torrent?: Omit<CheckedInputOf<'createTorrent'>, 'path'>
}

/** The session has it from here on. */
export interface TorrentDownload {
  readonly kind: 'torrent'
  readonly id: string
  /** False when it was there already. */
  readonly added: boolean
}

export interface TransferProgress {
  readonly signal: AbortSignal
  report(progress: { doneBytes: number; totalBytes?: number | null; name?: string }): void
}

/** One plain file, which `run` transfers. */
export interface FileDownload {
  readonly kind: 'file'
  /** What it will be called, as far as is known. */
  readonly name: string
  readonly totalBytes: number | null
  /**
   * Resolves with the full path of the finished file. Rejects with a Failure (`no-space`, `not-found`, `no-answer`, `stalled` …), or with the
   * signal's reason. What came so far is kept, and the next download of the same identifier to the same folder goes on from there, unless
   * the reason has the code `cancelled`: then it is deleted.
   */
  run(progress: TransferProgress): Promise<{ path: string }>
  /** Lets go of it without running it. */
  close(): void
}

export type Download = TorrentDownload | FileDownload

/** Hashing takes long, so sharing is a job. */
export interface Seed {
  readonly job: Job
}

export interface ProtocolHandler {
  readonly name: string
  /** What it understands, for people. */
  readonly understands: readonly string[]
  /**
   * Whether the identifier, trimmed, is one of its own. At once, without a look at disk or network. One that cannot keep out of the local
   * network says no where it has to (`outsideOnly`).
   */
  canHandle(identifier: string, options?: Pick<DownloadOptions, 'outsideOnly'>): boolean
  /** Resolves when it is known what the identifier stands for. Rejects with a Failure or ShoalError. */
  download(identifier: string, options: DownloadOptions): Promise<Download>
  /**
   * What of the identifier the engine's session takes, without adding anything: a link, a path, or the content of a .torrent. Null when it
   * stands for a plain file. Handlers without this one know of plain files only.
   */
  torrentBehind?(identifier: string, options: LookOptions): Promise<string | Uint8Array | null>
  /** Shares a file or folder. Rejects with `unsupported` where the protocol cannot. */
  seed(path: string, options: SeedOptions): Promise<Seed>
}
