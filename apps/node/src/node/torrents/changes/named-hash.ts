import {
  infoHashText,
  isMagnet,
  parseInfoHash,
  parseMagnet,
  parseMetainfo,
  type TorrentSource,
} from '@shoal/torrent'

/**
 * Returns the info hash in a link or text, without network requests. Null if the source has to be
 * read first.
 */
export function namedHash(source: TorrentSource): string | null {
  try {
    if (source instanceof Uint8Array) return infoHashText(parseMetainfo(source).info.infoHashes)
    if (typeof source === 'object') return infoHashText(source.info.infoHashes)
    const text = source.trim()
    if (isMagnet(text)) return infoHashText(parseMagnet(text).infoHashes)
    return infoHashText(parseInfoHash(text))
  } catch {
    // The session gives a better error.
    return null
  }
}
