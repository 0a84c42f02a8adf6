/** The contract of a protocol that downloads plain files. */
export interface DownloadOptions {
  /** Full path of the destination folder; created if it is missing. */
  readonly directory: string
  /** Aborts the call of `download` only; a file's transfer has a signal of its own. */
  readonly signal?: AbortSignal
  /** The identifier comes from outside of the local network: no server inside it is asked. */
  readonly outsideOnly?: boolean
}

export interface LookOptions extends Pick<DownloadOptions, 'outsideOnly'> {
  readonly signal: AbortSignal
}

export interface TransferProgress {
  readonly signal: AbortSignal
  report(progress: { doneBytes: number; totalBytes?: number | null; name?: string }): void
}

/** One plain file, which `run` transfers. */
export interface FileDownload {
  readonly kind: 'file'
  /** The name that it will have, as far as is known. */
  readonly name: string
  readonly totalBytes: number | null
  /** Where the server has a .torrent of the file; null if it does not say. */
  readonly torrentUrl: URL | null
  /**
   * Resolves with the full path of the finished file. Rejects with a Failure (`no-space`, `not-found`, `no-answer`, `stalled` …), or with the
   * signal's reason. The bytes so far are kept, and the next download of the same identifier to the same folder resumes there, unless the
   * reason has the code `cancelled`: then they are deleted.
   */
  run(progress: TransferProgress): Promise<{ path: string }>
  /** Releases it without running it. */
  close(): void
}

/** The identifier led to a .torrent or a magnet link: links do not always show that by their names. */
export interface TorrentContent {
  readonly kind: 'torrent'
  /** The bytes of the .torrent, or the magnet link. */
  readonly content: Uint8Array | string
}

export interface FileProtocol {
  readonly name: string
  /** Identifiers that it supports, for people. */
  readonly understands: readonly string[]
  /** Whether it supports the identifier, which is trimmed. Immediate, without disk or network. */
  canHandle(identifier: string): boolean
  /** Resolves when the content of the identifier is known. Rejects with a Failure. */
  download(identifier: string, options: DownloadOptions): Promise<FileDownload | TorrentContent>
  /** Returns the .torrent or magnet link that the identifier leads to, or null for a plain file. Absent if it is always a plain file. */
  torrentBehind?(identifier: string, options: LookOptions): Promise<TorrentContent['content'] | null>
}
