/** Finding the files that a torrent is to be made of: the contract of the platform pair `#walk`. */

export type SymlinkPolicy = 'refuse' | 'keep'

/** A file, or a link to one, that goes into a torrent. */
export interface FoundFile {
  /** Path below the folder; for a single file, its name alone. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly executable: boolean
  readonly hidden: boolean
  /** Target of a symbolic link, relative to the folder (BEP 47); `lengthBytes` is then 0. */
  readonly symlink?: readonly string[]
  readonly diskPath: string
}

export interface Found {
  /** Last component of the path that was walked. */
  readonly name: string
  readonly singleFile: boolean
  readonly files: readonly FoundFile[]
  /** Rejects with `io` when one of the files is not what it was when it was found. */
  assertUnchanged(options?: { signal?: AbortSignal | undefined }): Promise<void>
}

export interface WalkOptions {
  readonly symlinks: SymlinkPolicy
  readonly signal?: AbortSignal | undefined
}
