/** What a torrent may be at most. Each bound keeps a hostile file from costing more than its own size. */

/** Longest `.torrent` file. The largest that are met, hundreds of thousands of files, have some tens of MiB. */
export const MAX_TORRENT_BYTES = 64 * 2 ** 20
/** Values in a `.torrent` in all: room for about 200,000 files of v1, 100,000 of a hybrid. */
export const MAX_TORRENT_ITEMS = 1_000_000
/** Nesting of a `.torrent`: the file tree of v2 takes a level a folder. */
export const MAX_TORRENT_DEPTH = 128
/** Pieces: a bit field of 512 KiB a peer. A v2 torrent can claim any number of them in a few bytes. */
export const MAX_PIECES = 2 ** 22
/**
 * BEP 3 sets no bound to the piece length. A torrent that downloads holds two pieces in memory at least, and a piece is what a failed hash
 * costs. libtorrent reads up to 512 MiB; clients offer up to 256 MiB to those who make torrents.
 */
export const MAX_PIECE_BYTES = 2 ** 28
/** Bytes of one path component in UTF-8. File systems end at 255; storage shortens what is longer. */
export const MAX_COMPONENT_BYTES = 1024
/** Components of a path. */
export const MAX_PATH_COMPONENTS = 100
/** Tracker, web seed and node entries each. */
export const MAX_LINKS = 1000
/** Characters of a URL. */
export const MAX_URL_LENGTH = 4096
