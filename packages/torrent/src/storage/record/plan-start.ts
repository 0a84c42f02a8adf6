import { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { type FileStamp, isSameStamp } from '../storage.ts'
import type { ResumeProgress } from './resume-store.ts'

/** Pieces from `first` to `end - 1`. */
interface PieceRange {
  readonly first: number
  readonly end: number
}

export interface StartPlan {
  /**
   * Recorded pieces in files that have not changed since. They are trusted without reading them.
   */
  readonly trusted: Bitfield
  /**
   * Pieces in changed files, which must be hashed, as ascending disjoint ranges. Pieces in neither
   * are missing.
   */
  readonly recheck: readonly PieceRange[]
}

/**
 * Determines which pieces a torrent has at its start, from its record and the current stamps of its
 * files. Without a record (null), all pieces that may exist must be hashed. Pieces beyond the end
 * of a short file are missing without reading anything.
 */
export function planStart(
  record: Pick<ResumeProgress, 'had' | 'stamps'> | null,
  stamps: readonly FileStamp[],
  layout: PieceLayout,
): StartPlan {
  const absent = absentPieces(stamps, layout)
  const changed = changedPieces(record?.stamps ?? [], stamps, layout)
  const had = record?.had ? Bitfield.from(record.had, layout.pieceCount) : null
  if (had === null) changed.setAll()
  const trusted = new Bitfield(layout.pieceCount)
  const recheck: PieceRange[] = []
  for (let piece = 0; piece < layout.pieceCount; piece++) {
    if (absent.has(piece)) continue
    if (!changed.has(piece)) {
      if (had?.has(piece)) trusted.set(piece)
    } else if (recheck.at(-1)?.end === piece)
      recheck[recheck.length - 1] = { first: recheck.at(-1)!.first, end: piece + 1 }
    else recheck.push({ first: piece, end: piece + 1 })
  }
  return { trusted, recheck }
}

/**
 * Pieces that cannot exist because one of their files is missing or too short. If the torrent has
 * such a piece on record, a file has been deleted or truncated.
 */
export function absentPieces(stamps: readonly FileStamp[], layout: PieceLayout): Bitfield {
  const absent = new Bitfield(layout.pieceCount)
  for (const [index, file] of layout.files.entries()) {
    const size = Math.max(0, stamps[index]?.size ?? 0)
    if (file.pad || size >= file.lengthBytes) continue
    const first = Math.floor((file.offsetBytes + size) / layout.pieceLengthBytes)
    const { end } = layout.piecesOf(index)
    for (let piece = first; piece < end; piece++) absent.set(piece)
  }
  return absent
}

function changedPieces(
  before: readonly FileStamp[],
  now: readonly FileStamp[],
  layout: PieceLayout,
): Bitfield {
  const changed = new Bitfield(layout.pieceCount)
  // The record belongs to another torrent or version.
  if (before.length !== layout.files.length || now.length !== before.length) {
    changed.setAll()
    return changed
  }
  for (const [index, file] of layout.files.entries()) {
    const same = isSameStamp(before[index]!, now[index]!)
    if (file.pad || same) continue
    const { first, end } = layout.piecesOf(index)
    for (let piece = first; piece < end; piece++) changed.set(piece)
  }
  return changed
}
