import type { TorrentDetail } from '@shoal/api'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDate,
  formatDuration,
  formatPieceSize,
  formatRatio,
  listOf,
} from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { texts as pieceTexts } from '../../../../shared/messages/viewing.ts'

const say = texts.torrent.facts

export interface Fact {
  readonly name: string
  readonly value: string
  readonly hint?: string
  /** Whether a button copies it. */
  readonly copies?: boolean
}

/** Returns the known facts; unknown ones are left out instead of shown as a dash. */
function known(
  facts: readonly (readonly [name: string, value: string | null, more?: Partial<Fact>])[],
): Fact[] {
  return facts.flatMap(([name, value, more]) =>
    value === null || value === '' ? [] : [{ name, value, ...more }],
  )
}

const date = (ms: number | null) => (ms === null ? null : formatDate(ms))
const bytes = (value: number | null) => (value === null ? null : formatBytes(value))
const span = (seconds: number) => (seconds < 1 ? null : formatDuration(seconds))

export function transferFacts(detail: TorrentDetail, copies: number | null): Fact[] {
  const { swarmSeeds, swarmLeeches } = detail
  return known([
    [say.downloaded, bytes(detail.downloadedBytes)],
    [say.uploaded, bytes(detail.uploadedBytes)],
    [say.wasted, bytes(detail.wastedBytes), { hint: say.wastedHint }],
    [
      pieceTexts.pieces.copies,
      copies === null ? null : formatRatio(copies),
      { hint: pieceTexts.pieces.copiesHint },
    ],
    [
      say.swarm,
      listOf(
        swarmSeeds === null ? null : say.seeds({ count: swarmSeeds }),
        swarmLeeches === null ? null : say.leeches({ count: swarmLeeches }),
      ),
    ],
    [say.downloading, span(detail.downloadingSeconds)],
    [say.seeding, span(detail.seedingSeconds)],
    [say.added, date(detail.addedMs)],
    [say.completed, date(detail.completedMs)],
    [say.active, detail.activeMs === null ? null : formatAgo(detail.activeMs)],
  ])
}

export function contentFacts(detail: TorrentDetail): Fact[] {
  return known([
    [say.size, formatWantedSize(detail)],
    [say.here, bytes(detail.haveBytes)],
    [say.files, detail.fileCount === null ? null : formatCount(detail.fileCount)],
    [say.pieces, formatPieces(detail)],
    [say.folder, detail.directory, { copies: true }],
    [say.comment, detail.comment],
    [say.createdBy, detail.createdBy],
    [say.created, date(detail.createdMs)],
  ])
}

function formatWantedSize({ wantedBytes, totalBytes }: TorrentDetail): string | null {
  if (totalBytes === null) return null
  if (wantedBytes === null || wantedBytes === totalBytes) return formatBytes(totalBytes)
  return say.sizeOf({ wanted: formatBytes(wantedBytes), total: formatBytes(totalBytes) })
}

function formatPieces({ pieceCount, pieceLengthBytes }: TorrentDetail): string | null {
  if (pieceCount === null || pieceLengthBytes === null) return null
  return say.piecesOf({ number: pieceCount, size: formatPieceSize(pieceLengthBytes) })
}

export function identityFacts(detail: TorrentDetail): Fact[] {
  return known([
    [say.version, detail.version === null ? null : say.versions[detail.version]],
    [say.private, detail.private ? say.privateYes : null],
    [say.sealed, detail.sealed ? say.sealedYes : null],
    [say.contentId, detail.contentId, { copies: true }],
    [say.infoHashV1, detail.infoHashV1, { copies: true }],
    [say.infoHashV2, detail.infoHashV2, { copies: true }],
    [say.source, detail.source, { copies: true }],
  ])
}
