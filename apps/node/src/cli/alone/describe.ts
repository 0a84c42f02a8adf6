/** Describes a torrent for `shoal info`. */
import {
  fileCid,
  formatMagnet,
  type InfoHashes,
  type Magnet,
  type Metainfo,
  magnetOf,
  torrentCid,
} from '@shoal/torrent'
import { count, formatBytes } from '../../base/text/format.ts'

export interface FileDescription {
  /** Below the download folder, with `/`. */
  readonly path: string
  readonly length: number
  /** Hex, and the content ID of the file: v2 only, and not for empty files. */
  readonly piecesRoot?: string
  readonly cid?: string
}

/** The object that `--json` prints. Null means that the metadata is needed. */
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
  /** The same in tiers (BEP 12). */
  readonly trackerTiers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  readonly comment?: string
  readonly createdBy?: string
  /** ISO 8601. */
  readonly creationDate?: string
  readonly source?: string
  readonly files: readonly FileDescription[] | null
}

export function describeTorrent(metainfo: Metainfo): TorrentDescription {
  const { info, trackers, webSeeds, comment, createdBy, creationDate } = metainfo
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
    files: info.files
      .filter(file => !file.pad)
      .map(({ path, lengthBytes, piecesRoot }) => ({
        path: path.join('/'),
        length: lengthBytes,
        ...(piecesRoot && { piecesRoot: toHex(piecesRoot), cid: fileCid(piecesRoot) }),
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

/** The description as lines of text. `all` lists every file. */
export function descriptionLines(torrent: TorrentDescription, { all = false } = {}): string[] {
  const { files, infoHashes } = torrent
  const row = (label: string, text: string | null | undefined) =>
    text === null || text === undefined || text === '' ? [] : [`${`${label}:`.padEnd(14)}${text}`]
  const shown = files === null ? [] : all ? files : files.slice(0, MOST_FILES)
  const width = Math.max(0, ...shown.map(file => formatBytes(file.length).length))
  return [
    ...row('Name', torrent.name),
    ...row(
      'Size',
      torrent.length === null ? null : `${formatBytes(torrent.length)} (${torrent.length} bytes)`,
    ),
    ...row('Version', torrent.version),
    ...row('Piece length', torrent.pieceLength === null ? null : `${torrent.pieceLength / 1024} KiB`),
    ...row('Info hash v1', infoHashes.v1),
    ...row('Info hash v2', infoHashes.v2),
    ...row('Content ID', torrent.cid),
    ...row('Private', torrent.private ? 'yes: only its trackers may find peers' : null),
    ...row('Source', torrent.source),
    ...row('Comment', torrent.comment),
    ...row(
      'Created',
      [torrent.creationDate, torrent.createdBy && `by ${torrent.createdBy}`].filter(Boolean).join(' '),
    ),
    ...torrent.trackerTiers.flatMap((tier, index) => row(index === 0 ? 'Trackers' : '', tier.join(' '))),
    ...torrent.webSeeds.flatMap((url, index) => row(index === 0 ? 'Web seeds' : '', url)),
    ...row('Magnet', torrent.magnet),
    ...(files ? row('Files', count(files.length, 'file')) : []),
    ...shown.map(
      ({ path, length, cid }, index) =>
        `  ${String(index).padStart(String(shown.length - 1).length)}  ${formatBytes(length).padStart(width)}  ${path}${cid && all ? `  ${cid}` : ''}`,
    ),
    ...(files && shown.length < files.length
      ? [`  and ${files.length - shown.length} more: --all lists them`]
      : []),
  ].map(line => line.replace(/^: {13}/, ' '.repeat(14)))
}

export function hexHashes({ v1, v2 }: InfoHashes): { v1?: string; v2?: string } {
  return { ...(v1 && { v1: toHex(v1) }), ...(v2 && { v2: toHex(v2) }) }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Returns null for a time that is out of range. */
function isoDate(seconds: number): string | null {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z')
}
