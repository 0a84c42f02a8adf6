/** Describes a torrent for `shoal info`. */

import {
  fileCid,
  filesWithoutLayer,
  formatMagnet,
  type InfoHashes,
  type Magnet,
  type Metainfo,
  magnetOf,
  torrentCid,
} from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import { formatBytes } from '../format.ts'
import { texts } from '../texts.ts'

interface FileDescription {
  /** Below the download folder, with `/`. */
  readonly path: string
  readonly length: number
  /** Hex, and the content ID of the file: v2 only, and not for empty files. */
  readonly piecesRoot?: string
  readonly cid?: string
}

/** The object printed with `--json`. Null means that the metadata is needed. */
export interface TorrentDescription {
  readonly name: string | null
  readonly version: 'v1' | 'v2' | 'hybrid' | null
  readonly length: number | null
  readonly pieceLength: number | null
  readonly infoHashes: { readonly v1?: string; readonly v2?: string }
  readonly cid: string
  readonly magnet: string
  readonly private: boolean | null
  readonly trackers: readonly string[]
  /** The same trackers in tiers (BEP 12). */
  readonly trackerTiers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  readonly comment?: string
  readonly createdBy?: string
  /** ISO 8601. */
  readonly creationDate?: string
  readonly source?: string
  /**
   * Number of files whose hashes are not in the `.torrent`, so that peers have to send them (BEP
   * 52); absent if none.
   */
  readonly withoutHashes?: number
  readonly files: readonly FileDescription[] | null
}

export function describeTorrent(metainfo: Metainfo): TorrentDescription {
  const { info, trackers, webSeeds, comment, createdBy, creationDate } = metainfo
  const withoutHashes = filesWithoutLayer(info, metainfo.pieceLayers).length
  const date = creationDate === undefined ? null : isoDate(creationDate)
  return {
    name: info.name,
    version: info.version,
    length: info.lengthBytes,
    pieceLength: info.pieceLengthBytes,
    infoHashes: hexHashes(info.infoHashes),
    cid: torrentCid(info.infoHashes),
    magnet: magnetOf(metainfo),
    private: info.private,
    trackers: trackers.flat(),
    trackerTiers: trackers,
    webSeeds,
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(date !== null && { creationDate: date }),
    ...(info.source !== undefined && { source: info.source }),
    ...(withoutHashes > 0 && { withoutHashes }),
    files: info.files
      .filter(file => !file.pad)
      .map(({ path, lengthBytes, piecesRoot }) => ({
        path: path.join('/'),
        length: lengthBytes,
        ...(piecesRoot && { piecesRoot: hex(piecesRoot), cid: fileCid(piecesRoot) }),
      })),
  }
}

/** Describes a link without its metadata. */
export function describeMagnet(magnet: Magnet): TorrentDescription {
  return {
    name: magnet.name ?? null,
    version: null,
    length: null,
    pieceLength: null,
    infoHashes: hexHashes(magnet.infoHashes),
    cid: torrentCid(magnet.infoHashes),
    magnet: formatMagnet(magnet),
    private: null,
    trackers: magnet.trackers,
    trackerTiers: magnet.trackers.map(url => [url]),
    webSeeds: magnet.webSeeds,
    files: null,
  }
}

const MOST_FILES = 50

/**
 * Returns the description as lines of text. `all` lists every file; `sealed` says what a share is
 * sealed to.
 */
export function descriptionLines(
  torrent: TorrentDescription,
  { all = false, sealed }: { all?: boolean; sealed?: string | undefined } = {},
): string[] {
  const { files, infoHashes } = torrent
  const labelColumns = Math.max(...Object.values(texts.info.rows).map(label => label.length)) + 2
  const row = (label: string, text: string | null | undefined) =>
    text === null || text === undefined || text === ''
      ? []
      : [`${(label === '' ? '' : `${label}:`).padEnd(labelColumns)}${text}`]
  const shown = files === null ? [] : all ? files : files.slice(0, MOST_FILES)
  const width = Math.max(0, ...shown.map(file => formatBytes(file.length).length))
  return [
    ...row(texts.info.rows.sealed, sealed),
    ...row(texts.info.rows.name, torrent.name),
    ...row(
      texts.info.rows.size,
      torrent.length === null
        ? null
        : texts.info.bytes({ size: formatBytes(torrent.length), bytes: torrent.length }),
    ),
    ...row(texts.info.rows.version, torrent.version),
    ...row(
      texts.info.rows.pieceLength,
      torrent.pieceLength === null ? null : `${torrent.pieceLength / 1024} KiB`,
    ),
    ...row(texts.info.rows.infoHashV1, infoHashes.v1),
    ...row(texts.info.rows.infoHashV2, infoHashes.v2),
    ...row(texts.info.rows.contentId, torrent.cid),
    ...row(
      texts.info.rows.hashes,
      torrent.withoutHashes === undefined ? null : texts.info.withoutHashes({ count: torrent.withoutHashes }),
    ),
    ...row(texts.info.rows.private, torrent.private ? texts.info.private : null),
    ...row(texts.info.rows.source, torrent.source),
    ...row(texts.info.rows.comment, torrent.comment),
    ...row(
      texts.info.rows.created,
      [torrent.creationDate, torrent.createdBy && texts.info.by({ program: torrent.createdBy })]
        .filter(Boolean)
        .join(' '),
    ),
    ...torrent.trackerTiers.flatMap((tier, index) =>
      row(index === 0 ? texts.info.rows.trackers : '', tier.join(' ')),
    ),
    ...torrent.webSeeds.flatMap((url, index) => row(index === 0 ? texts.info.rows.webSeeds : '', url)),
    ...row(texts.info.rows.magnet, torrent.magnet),
    ...(files ? row(texts.info.rows.files, texts.format.files({ count: files.length })) : []),
    ...shown.map(
      ({ path, length, cid }, index) =>
        `  ${String(index).padStart(String(shown.length - 1).length)}  ${formatBytes(length).padStart(width)}  ${path}${cid && all ? `  ${cid}` : ''}`,
    ),
    ...(files && shown.length < files.length
      ? [`  ${texts.info.more({ count: files.length - shown.length })}`]
      : []),
  ]
}

export function hexHashes({ v1, v2 }: InfoHashes): { v1?: string; v2?: string } {
  return { ...(v1 && { v1: hex(v1) }), ...(v2 && { v2: hex(v2) }) }
}

/** Returns null for a time that is out of range. */
function isoDate(seconds: number): string | null {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z')
}
