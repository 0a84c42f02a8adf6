/** The contract of a protocol that downloads plain files. */
export interface DownloadOptions {
  /** Full path of the destination folder; created if it is missing. */
  readonly directory: string
  /** Only aborts the call of `download`; a file's transfer has a separate signal. */
  readonly signal?: AbortSignal
  /** The identifier comes from outside the local network: servers inside it are not contacted. */
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
  /** URL of the file's .torrent on the server; null if it names none. */
  readonly torrentUrl: URL | null
  /**
   * Resolves with the full path of the finished file. Rejects with a Failure (`no-space`,
   * `not-found`, `no-answer`, `stalled` …), or with the signal's reason. The bytes so far are kept,
   * and the next download of the same identifier to the same folder resumes there, unless the
   * reason has the code `cancelled`: then they are deleted.
   */
  run(progress: TransferProgress): Promise<{ path: string }>
  /** Releases it without running it. */
  close(): void
}

/** The identifier led to a .torrent or a magnet link, which names of links do not always reveal. */
export interface TorrentContent {
  readonly kind: 'torrent'
  /** The bytes of the .torrent, or the magnet link. */
  readonly content: Uint8Array | string
}

export interface FileProtocol {
  readonly name: string
  /** Supported identifiers, for users. */
  readonly understands: readonly string[]
  /**
   * Returns whether it supports the identifier, which is trimmed. Immediate, without disk or
   * network access.
   */
  canHandle(identifier: string): boolean
  /** Resolves when the content of the identifier is known. Rejects with a Failure. */
  download(identifier: string, options: DownloadOptions): Promise<FileDownload | TorrentContent>
  /**
   * Returns the .torrent or magnet link that the identifier leads to, or null for a plain file.
   * Absent if it is always a plain file.
   */
  torrentBehind?(identifier: string, options: LookOptions): Promise<TorrentContent['content'] | null>
}
