// The contract of the platform pair `#walk`, which finds the files for a new torrent.

export type SymlinkPolicy = 'refuse' | 'keep'

/** A file or symbolic link for a new torrent. */
export interface FoundFile {
  /** Path below the folder; for a single file, just its name. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly executable: boolean
  readonly hidden: boolean
  /** Target of a symbolic link, relative to the folder (BEP 47); `lengthBytes` is then 0. */
  readonly symlink?: readonly string[]
  readonly diskPath: string
}

export interface Found {
  /** Last component of the walked path. */
  readonly name: string
  readonly singleFile: boolean
  readonly files: readonly FoundFile[]
  /** Rejects with `io` if a file has changed since it was found. */
  assertUnchanged(options?: { signal?: AbortSignal | undefined }): Promise<void>
}

/** Returns those of the names in a folder that belong to the torrent. */
export type FolderFilter = (folder: string, names: readonly string[]) => readonly string[]

export interface WalkOptions {
  readonly symlinks: SymlinkPolicy
  readonly filter?: FolderFilter | undefined
  readonly signal?: AbortSignal | undefined
}
