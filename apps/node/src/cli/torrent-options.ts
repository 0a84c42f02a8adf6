import { flag, list, type OptionValues, value } from '@shoal/options'
import type { CreateOptions } from '@shoal/torrent'
import { parsePieceLength } from '../base/text/size.ts'
import { PRODUCT } from '../base/version.ts'

/** Options of every command that makes a torrent. */
export const TORRENT_OPTIONS = {
  v1: flag('Version 1 only, for clients of before 2020'),
  v2: flag('Version 2 only. Default: hybrid, for clients of both'),
  tracker: list('URL', {
    help: 'Announce here: udp://, http(s):// or ws(s)://. Commas join trackers to one tier',
  }),
  webSeed: list('URL', { help: 'Download from here too: http(s)://' }),
  private: flag('Only its trackers may find peers'),
  pieceLength: value('SIZE', {
    help: 'A power of two from 16KiB. Default: by size',
    parse: parsePieceLength,
  }),
  comment: value('TEXT', { help: 'A comment that everyone can read' }),
  source: value('TEXT', { help: 'Changes the info hash, as private trackers require' }),
  name: value('NAME', { help: 'Name as others see it. Default: that of the file or folder' }),
  keepLinks: flag('Keep symbolic links that lead to something inside the folder. Default: refuse them'),
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
