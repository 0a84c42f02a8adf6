/** Largest request that the APIs of Transmission and qBittorrent read: a .torrent of 30 MB as base64. */
export const MAX_BODY_BYTES = 42_000_000
