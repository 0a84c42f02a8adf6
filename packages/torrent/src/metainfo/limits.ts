// Upper bounds for torrents. Each keeps a hostile file from costing more than its own size.

/**
 * Longest `.torrent` file. The largest in the wild, with hundreds of thousands of files, have a few
 * tens of MiB.
 */
export const MAX_TORRENT_BYTES = 64 * 2 ** 20
/**
 * Total number of values in a `.torrent`: enough for about 200,000 files in v1 and 100,000 in a
 * hybrid.
 */
export const MAX_TORRENT_ITEMS = 1_000_000
/** Nesting depth of a `.torrent`: the v2 file tree takes one level per folder. */
export const MAX_TORRENT_DEPTH = 128
/**
 * Pieces: each peer's bit field then takes 512 KiB. A v2 torrent can claim any number of pieces in
 * a few bytes.
 */
export const MAX_PIECES = 2 ** 22
/**
 * BEP 3 does not limit the piece length. A downloading torrent keeps at least two pieces in memory,
 * and a failed hash costs a piece. libtorrent accepts up to 512 MiB; clients offer up to 256 MiB
 * when creating torrents.
 */
export const MAX_PIECE_BYTES = 2 ** 28
/** UTF-8 bytes of one path component. File systems allow 255; storage shortens longer names. */
export const MAX_COMPONENT_BYTES = 1024
/** Components of a path. */
export const MAX_PATH_COMPONENTS = 100
/** Entries of each kind: trackers, web seeds, nodes. */
export const MAX_LINKS = 1000
/** Characters of a URL. */
export const MAX_URL_LENGTH = 4096
/** Characters of the name of a text encoding. */
export const MAX_LABEL_LENGTH = 64
