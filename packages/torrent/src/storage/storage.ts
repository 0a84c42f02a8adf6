/** Where a torrent's files are: the folder, and the paths below it that files got instead of their own, by index. */
export interface FilePlace {
  readonly directory: string
  readonly renamed: ReadonlyMap<number, readonly string[]>
}

export interface MoveOptions {
  signal?: AbortSignal
  moved?: () => Promise<void>
  /** Bytes that were copied, of those that are there to copy; never called where files can be renamed. */
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

/** Where the verified bytes of one torrent live: the contract. */

/** What the file system says of a stored file: a clean start trusts resume data only while this is the same. */
export interface FileStamp {
  /** Bytes; -1 when the file does not exist. */
  readonly size: number
  /** Modification time in nanoseconds since the Unix epoch as a decimal text (it exceeds 2^53). */
  readonly mtimeNs: string
}

/** A run of stored bytes, as the hash pool reads it. Without a path: zeros. */
export interface StoredSegment {
  readonly path: string | null
  readonly offset: number
  readonly length: number
}

/**
 * Bytes of one torrent, addressed by offset in its piece space (see PieceLayout). Pads read as zeros and swallow writes. Every
 * method rejects with a ShoalError: `no-space`, `no-permission`, `not-found`, `unsafe-path`, `io`, `closed`.
 */
export interface Storage {
  /** Fills `into` with the bytes from `offset`. Rejects with `not-found` when they were never written. */
  read(offset: number, into: Uint8Array): Promise<void>
  /** As `read`, but into several buffers, one after the other: where they share a file, in one system call. */
  readParts(offset: number, parts: readonly Uint8Array[]): Promise<void>
  /** Writes `bytes` at `offset`; they must not change until it settles. Settles when the system has taken them, not when they are safe. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /**
   * Makes all writes that settled before the call survive a power cut; with `all`, also what others have written to its files, such as
   * an earlier process that was killed.
   */
  flush(options?: { all?: boolean }): Promise<void>
  /**
   * Which files are wanted, by file index. Unwanted files are not created; bytes of theirs that share a piece with a wanted file are
   * kept aside until they are wanted.
   */
  setWanted(wanted: readonly boolean[]): Promise<void>
  /** Stamps of all files by index (pads and unwanted files that do not exist: size -1). */
  stamps(): Promise<FileStamp[]>
  /** Where a file's bytes can be opened by other programs; null when it lives in memory. */
  pathOf(file: number): string | null
  /** Where the bytes from `offset` lie on disk, pads as zeros; null when they live in memory, so that `read` is the only way. */
  segments(offset: number, length: number): StoredSegment[] | null
  /**
   * Whether room is reserved from now on, where the storage does so at all; it does at first. With false, writes that wait for that, which
   * can take minutes, reject with `cancelled`.
   */
  setReserving(active: boolean): void
  /**
   * Moves all files into another folder while in use. Resolves when done; on failure everything is where it was. `moved` is awaited when the
   * files are safe at the new place, and before any that were copied are deleted at the old one.
   */
  move(directory: string, options?: MoveOptions): Promise<void>
  /** Renames files, by index: paths below the download folder. All or none. */
  rename(renamed: FilePlace['renamed']): Promise<void>
  /** Deletes all that belongs to the torrent, and folders that are empty then. Closes the storage. */
  remove(): Promise<void>
  close(): Promise<void>
}
