// The description of a torrent, shared by all code that reads, creates, stores or transfers one.

/** Bytes of every block except the last of a piece. All clients request blocks of this size. */
export const BLOCK_BYTES = 16384

/** The info hashes of a torrent: at least one is present, and a hybrid torrent has both. */
export interface InfoHashes {
  /** SHA-1 of the info dictionary: 20 bytes (BEP 3). */
  readonly v1?: Uint8Array
  /** SHA-256 of the info dictionary: 32 bytes (BEP 52). */
  readonly v2?: Uint8Array
}

export type TorrentVersion = 'v1' | 'v2' | 'hybrid'

/**
 * One file in the piece space of a torrent. Pad files (BEP 47) have entries too, so offsets are
 * contiguous.
 */
export interface FileEntry {
  /**
   * Path below the download folder, as the torrent spells it. In a torrent of a folder, its first
   * component is the torrent's name. No two files have the same path, and none is another's folder.
   * No component is empty, `.` or `..`, or contains a slash or NUL: the parser cleans those. A
   * backslash is allowed, and stays harmless on systems where it separates folders. Storage adapts
   * the path to the file system.
   */
  readonly path: readonly string[]
  readonly lengthBytes: number
  /** Where the file begins in the torrent's piece space. */
  readonly offsetBytes: number
  /** Zeros that align the next file to a piece (BEP 47); never stored or shown. */
  readonly pad: boolean
  readonly executable: boolean
  readonly hidden: boolean
  /**
   * Target of a symbolic link, relative to the torrent's root folder (BEP 47); the entry then has
   * no bytes.
   */
  readonly symlink?: readonly string[]
  /** Root of the file's merkle tree: 32 bytes (BEP 52). Absent for v1 and for empty files. */
  readonly piecesRoot?: Uint8Array
}

/** The info dictionary: what the info hash covers. */
export interface Info {
  /** The bencoded info dictionary exactly as it was hashed. */
  readonly bytes: Uint8Array
  readonly infoHashes: InfoHashes
  readonly version: TorrentVersion
  /**
   * Suggested name of the file or folder, cleaned like a path component; the info hash if nothing
   * is left of it.
   */
  readonly name: string
  /**
   * Bytes of every piece except the last of a file (v2) or of the torrent (v1). For v2, a power of
   * two of at least 16 KiB.
   */
  readonly pieceLengthBytes: number
  /**
   * All files in piece space order, including pad files. In a v2-only torrent the pads between
   * files are synthesized.
   */
  readonly files: readonly FileEntry[]
  /** Total bytes of all files except pads. */
  readonly lengthBytes: number
  /** Whether the torrent is a single file rather than a folder. */
  readonly singleFile: boolean
  /** Whether peers may come only from the torrent's own trackers (BEP 27). */
  readonly private: boolean
  readonly source?: string
  /** SHA-1 of each piece, concatenated: 20 bytes per piece. Absent in v2-only torrents. */
  readonly pieceHashes?: Uint8Array
}

/** A complete `.torrent` file. */
export interface Metainfo {
  readonly info: Info
  /** Tracker URLs in tiers (BEP 12); a lone `announce` is one tier of one. */
  readonly trackers: readonly (readonly string[])[]
  /** Web seed URLs (BEP 19 `url-list`). */
  readonly webSeeds: readonly string[]
  /** DHT nodes to bootstrap from (BEP 5 `nodes`). */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /**
   * Piece layers by lower-case hex of the file's pieces root (BEP 52): 32 bytes per piece, for each
   * file longer than one piece. Already verified against the root. Some are missing if the metadata
   * came from a peer or the `.torrent` lacks them; they are then requested from peers.
   */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>
  /** Label of the encoding of names that are not UTF-8. */
  readonly encoding?: string
  readonly comment?: string
  readonly createdBy?: string
  /** Seconds since the Unix epoch. */
  readonly creationDate?: number
}
