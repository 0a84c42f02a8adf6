import { infoHashText, parseInfoHash, parseMagnet, parseMetainfo, type TorrentSource } from '@shoal/torrent'

/** The info hash that a link or info hash names, without asking anybody. Null for what has to be read first. */
export function namedHash(source: TorrentSource): string | null {
  try {
    if (source instanceof Uint8Array) return infoHashText(parseMetainfo(source).info.infoHashes)
    if (typeof source === 'object') return infoHashText(source.info.infoHashes)
    const text = source.trim()
    if (/^magnet:/i.test(text)) return infoHashText(parseMagnet(text).infoHashes)
    return infoHashText(parseInfoHash(text))
  } catch {
    // The session reports better what is wrong with it.
    return null
  }
}
