// The storage contract: where the verified bytes of one torrent are kept. compliance.ts tests every
// implementation against it.

/** The download folder of a torrent, and the paths below it of renamed files, by file index. */
export interface FilePlace {
  readonly directory: string
  readonly renamed: ReadonlyMap<number, readonly string[]>
}

export interface MoveOptions {
  signal?: AbortSignal
  /** Awaited once all checks have passed, before anything is changed. */
  begin?: () => Promise<void>
  /**
   * Awaited once the files are safe in the new folder, before copied files are deleted from the old
   * one.
   */
  moved?: () => Promise<void>
  /** Reports copied bytes out of all bytes to copy. Never called if the files can be renamed. */
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

/**
 * Size and time of a stored file. A clean start trusts resume data only while both are unchanged.
 */
export interface FileStamp {
  /** Bytes; -1 if the file does not exist. */
  readonly size: number
  /**
   * Modification time in nanoseconds since the Unix epoch, as a decimal string because it exceeds
   * 2^53.
   */
  readonly mtimeNs: string
  /**
   * The bytes are not in the file at that path but in the part file, because the file is not
   * wanted.
   */
  readonly isApart?: true
}

export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs
}

/** Tracks changes that others make to the files of a torrent. */
export interface ForeignChanges {
  /**
   * Files, by index, that others changed since the storage wrote to them or they were checked, as
   * far as `stamps` or a read noticed. Reads of them reject with `io` until they have been checked.
   */
  readonly files: ReadonlySet<number>
  /**
   * The files were checked. `stamps` are from before they were read, so that later changes are
   * noticed.
   */
  verified(stamps: readonly FileStamp[]): void
  /** The file was changed by others but still belongs to the torrent: it has a correct piece. */
  recognized(file: number, stamp: FileStamp): void
}

/**
 * Which of the files on disk belong to the torrent: it created them, wrote to them or verified a
 * piece of them. Only those are deleted, moved and written to. Any other file at one of its paths
 * belongs to someone else.
 */
export interface OwnFiles {
  has(file: number): boolean
  /**
   * Whether the torrent had a file there, or is claimed to, but the file at its path must be
   * verified before it counts as the torrent's own.
   */
  isDoubted(file: number): boolean
  /** Whether it is doubted only because it has never been verified. */
  isBelieved(file: number): boolean
  add(file: number): void
  /** The file is claimed to be the torrent's. */
  believe(file: number): void
  delete(file: number): void
  /**
   * The file is not known to be the torrent's, but may be written to while it has this stamp:
   * `empty`, because there is nothing to lose; `likely`, because it has the right size, but only
   * with bytes that it already holds.
   */
  offer(file: number, stamp: FileStamp, as: 'empty' | 'likely'): void
}

/** A range of stored bytes, as the hash pool reads it. Zeros if `path` is null. */
export interface StoredSegment {
  readonly path: string | null
  readonly offset: number
  readonly length: number
}

/** Storages that do not check each file ignore both. */
export interface StampOptions {
  /** Files that are left out have size -1. */
  readonly only?: (file: number) => boolean
  readonly signal?: AbortSignal
}

/**
 * Bytes of one torrent, addressed by offset in its piece space (see PieceLayout). Pads read as
 * zeros and ignore writes. Every method rejects with a ShoalError: `no-space`, `no-permission`,
 * `not-found`, `unsafe-path`, `io`, `closed`.
 */
export interface Storage {
  /**
   * Fills `into` with the bytes from `offset`. Rejects with `not-found` if they were never written.
   */
  read(offset: number, into: Uint8Array): Promise<void>
  /**
   * Like `read`, but fills several buffers in order, with one system call if they lie in one file.
   */
  readParts(offset: number, parts: readonly Uint8Array[]): Promise<void>
  /**
   * Writes `bytes` at `offset`; they must not change until it settles. Resolves when the system has
   * taken them, not when they are durable.
   */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /**
   * Makes all writes that settled before the call survive a power cut. With `all`, this includes
   * bytes that others wrote to the files, such as an earlier process that was killed.
   */
  flush(options?: { all?: boolean }): Promise<void>
  /**
   * Sets which files are wanted, by file index. Unwanted files are not created; if they share a
   * piece with a wanted file, those bytes are kept separately until the file is wanted.
   * `createsEmpty`: wanted empty files and links are created (default true).
   */
  setWanted(wanted: readonly boolean[], options?: { createsEmpty?: boolean }): Promise<void>
  /**
   * Creates the wanted files that no write would create, because they are empty. Absent like `own`.
   */
  createEmpty?(): Promise<void>
  /**
   * Stamps of all files by index. Pads and files that do not exist have size -1. Rejects with the
   * signal's reason once it is aborted.
   */
  stamps(options?: StampOptions): Promise<FileStamp[]>
  /** Absent if nothing else can change the stored bytes. */
  readonly changes?: ForeignChanges
  /** Absent if no other files can have the same names. */
  readonly own?: OwnFiles
  /** Path under which other programs can open the file; null if it is kept in memory. */
  pathOf(file: number): string | null
  /**
   * Locates the bytes from `offset` on disk, pads as zeros; returns null if they are in memory and
   * only `read` can access them.
   */
  segments(offset: number, length: number): StoredSegment[] | null
  /**
   * Turns the reservation of disk space on or off for storages that reserve; it is initially on.
   * Turning it off rejects writes that wait for a reservation, which can take minutes, with
   * `cancelled`.
   */
  setReserving(active: boolean): void
  /**
   * Moves the torrent's own files to another folder while in use. Resolves when done; after a
   * failure all files are in their original place.
   */
  move(directory: string, options?: MoveOptions): Promise<void>
  /**
   * Sets the paths of files below the download folder, by file index, and renames its own files on
   * disk, all or none.
   */
  rename(renamed: FilePlace['renamed']): Promise<void>
  /**
   * Stores files under other paths from now on, by file index, and leaves existing files on disk.
   * Resolves to the paths that no other file of the torrent has. Absent like `own`.
   */
  avoid?(renamed: FilePlace['renamed']): Promise<FilePlace['renamed']>
  /**
   * Marks links with the target that the torrent specifies as its own, and no others. Absent like
   * `own`.
   */
  recognizeLinks?(): Promise<void>
  /**
   * Deletes the torrent's own files, except those to keep, and the folders this leaves empty.
   * Closes the storage.
   */
  remove(options?: { keep?: (file: number) => boolean }): Promise<void>
  close(): Promise<void>
}
