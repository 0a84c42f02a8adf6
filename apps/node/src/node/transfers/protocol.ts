/** The contract of a protocol that plain files are downloaded with. */
export interface DownloadOptions {
  /** Full path of the folder that receives it; made where it is missing. */
  readonly directory: string
  /** Stops the work of `download` itself; a file's transfer has a signal of its own. */
  readonly signal?: AbortSignal
  /** The identifier was chosen outside of the local network: no server in it is asked. */
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
  /** What it will be called, as far as is known. */
  readonly name: string
  readonly totalBytes: number | null
  /**
   * Resolves with the full path of the finished file. Rejects with a Failure (`no-space`, `not-found`, `no-answer`, `stalled` …), or with the
   * signal's reason. What came so far is kept, and the next download of the same identifier to the same folder resumes there, unless the
   * reason has the code `cancelled`: then it is deleted.
   */
  run(progress: TransferProgress): Promise<{ path: string }>
  /** Lets go of it without running it. */
  close(): void
}

/** The identifier led to a .torrent: links do not always show that by their names. */
export interface TorrentContent {
  readonly kind: 'torrent'
  readonly content: Uint8Array
}

export interface FileProtocol {
  readonly name: string
  /** What it understands, for people. */
  readonly understands: readonly string[]
  /** Whether the identifier, trimmed, is one of its own. At once, without a look at disk or network. */
  canHandle(identifier: string): boolean
  /** Resolves when it is known what the identifier stands for. Rejects with a Failure. */
  download(identifier: string, options: DownloadOptions): Promise<FileDownload | TorrentContent>
  /** The content of the .torrent that the identifier leads to. Null when it stands for a plain file. Absent if it always does. */
  torrentBehind?(identifier: string, options: LookOptions): Promise<Uint8Array | null>
}
