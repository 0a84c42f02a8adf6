import { flag, list, type OptionValues, value } from '@shoal/options'
import type { CreateOptions } from '@shoal/torrent'
import { PRODUCT } from '../base/version.ts'
import { texts } from './texts.ts'
import { parsePieceLength } from './values/size.ts'

/** Options of all commands that create torrents. */
export const TORRENT_OPTIONS = {
  v1: flag(texts.torrentOptions.v1),
  v2: flag(texts.torrentOptions.v2),
  tracker: list('URL', {
    help: texts.torrentOptions.tracker,
  }),
  webSeed: list('URL', { help: texts.torrentOptions.webSeed }),
  private: flag(texts.torrentOptions.private),
  pieceLength: value('SIZE', {
    help: texts.torrentOptions.pieceLength,
    parse: parsePieceLength,
  }),
  comment: value('TEXT', { help: texts.torrentOptions.comment }),
  source: value('TEXT', { help: texts.torrentOptions.source }),
  name: value('NAME', { help: texts.torrentOptions.name }),
  keepLinks: flag(texts.torrentOptions.keepLinks),
}

/** Options of commands that share folders. */
export const CONTENT_OPTIONS = {
  hidden: flag(texts.torrentOptions.hidden),
}

/** Converts the options to those of createTorrent. */
export function createOptions(given: OptionValues<typeof TORRENT_OPTIONS>): CreateOptions {
  const { v1, v2, tracker, webSeed, pieceLength, comment, source, name } = given
  return {
    version: v1 === v2 ? 'hybrid' : v1 ? 'v1' : 'v2',
    trackers: tracker.map(tier => tier.split(',').map(url => url.trim())),
    webSeeds: webSeed,
    private: given.private,
    createdBy: PRODUCT,
    symlinks: given.keepLinks ? 'keep' : 'refuse',
    ...(pieceLength !== undefined && { pieceLengthBytes: pieceLength }),
    ...(comment !== undefined && { comment }),
    ...(source !== undefined && { source }),
    ...(name !== undefined && { name }),
  }
}
