export const torrent = {}
