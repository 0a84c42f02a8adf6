/** What a torrent is: the contract between everything that reads, creates, stores and transfers one. */

/** Index of a piece within its torrent, from 0. A brand, so that it is never mixed up with a block or file index. */
export type PieceIndex = number & { readonly __brand?: 'PieceIndex' }

/** Bytes of every block but the last of a piece. All clients request blocks of this size. */
export const BLOCK_BYTES = 16384

/** At least one of the two is there; a hybrid torrent has both. */
export interface InfoHashes {
  /** SHA-1 of the info dictionary: 20 bytes (BEP 3). */
  readonly v1?: Uint8Array
  /** SHA-256 of the info dictionary: 32 bytes (BEP 52). */
  readonly v2?: Uint8Array
}

export type TorrentVersion = 'v1' | 'v2' | 'hybrid'

/** One file in the piece space of a torrent; pad files (BEP 47) are in the list too, so offsets are contiguous. */
export interface FileEntry {
  /**
   * Path below the download folder, as the torrent spells it: for a torrent of a folder its first component is the torrent's
   * name. Checked: no empty, `.` or `..` component, no slash or NUL. A backslash may be part of a name; taken for a separator it leads
   * nowhere else. Storage makes it fit the file system.
   */
  readonly path: readonly string[]
  readonly lengthBytes: number
  /** Where the file begins in the torrent's piece space. */
  readonly offsetBytes: number
  /** Zeros that only align the next file to a piece (BEP 47); never stored, never shown. */
  readonly pad: boolean
  readonly executable: boolean
  readonly hidden: boolean
  /** Target of a symbolic link, relative to the torrent's root folder (BEP 47); the entry then has no bytes. */
  readonly symlink?: readonly string[]
  /** Root of the file's merkle tree: 32 bytes (BEP 52). Absent for v1 and for empty files. */
  readonly piecesRoot?: Uint8Array
}

/** The info dictionary: what the info hash covers. */
export interface Info {
  /** The info dictionary exactly as it was hashed. */
  readonly bytes: Uint8Array
  readonly infoHashes: InfoHashes
  readonly version: TorrentVersion
  /** Suggested name of the file or folder. Checked as a path component is. */
  readonly name: string
  /** Bytes of every piece but the last of a file (v2) or of the torrent (v1). For v2 a power of two, at least 16 KiB. */
  readonly pieceLengthBytes: number
  /** All files, pad files included, in the order of the piece space. For v2 alone the pads between files are synthesized. */
  readonly files: readonly FileEntry[]
  /** Bytes of all files without pads. */
  readonly lengthBytes: number
  /** Whether the torrent is one file rather than a folder. */
  readonly singleFile: boolean
  /** Only its own trackers may find peers (BEP 27). */
  readonly private: boolean
  readonly source?: string
  /** SHA-1 of each piece, concatenated: 20 bytes a piece. Absent for v2 alone. */
  readonly pieceHashes?: Uint8Array
}

/** A whole `.torrent` file. */
export interface Metainfo {
  readonly info: Info
  /** Tracker URLs in tiers (BEP 12); `announce` alone is one tier of one. */
  readonly trackers: readonly (readonly string[])[]
  /** Web seed URLs (BEP 19 `url-list`). */
  readonly webSeeds: readonly string[]
  /** DHT nodes to bootstrap from (BEP 5 `nodes`). */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /**
   * Piece layers by lower-case hex of the file's pieces root (BEP 52): 32 bytes a piece, for each file longer than one piece. Checked
   * against the root. May be empty for v2 metadata that came from a peer: the layers are then asked of peers.
   */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>
  readonly comment?: string
  readonly createdBy?: string
  /** Seconds since the Unix epoch. */
  readonly creationDate?: number
}
