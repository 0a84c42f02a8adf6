import { Bitfield } from '../base/bitfield.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ResumeProgress } from './resume-store.ts'
import type { FileStamp } from './storage.ts'

/** Pieces from `first` to `end - 1`. */
export interface PieceRange {
  readonly first: number
  readonly end: number
}

export interface StartPlan {
  /** Pieces that were recorded, in files that have not changed since: had, without reading them. */
  readonly trusted: Bitfield
  /** Pieces in files that changed, ascending and apart: to be hashed. What is in neither is missing. */
  readonly recheck: readonly PieceRange[]
}

/**
 * What a torrent has at its start, from what was recorded and the files' stamps now. Null as record: nothing was, so all that may be
 * there has to be hashed. Pieces that a file is too short for are missing without a look.
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
 * Pieces that cannot be there, since a file with bytes of theirs is missing or too short. One that the torrent is believed to have
 * means that somebody deleted or cut a file.
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
  // Of another torrent or version: nothing can be told from it.
  if (before.length !== layout.files.length || now.length !== before.length) {
    changed.setAll()
    return changed
  }
  for (const [index, file] of layout.files.entries()) {
    const same = before[index]!.size === now[index]!.size && before[index]!.mtimeNs === now[index]!.mtimeNs
    if (file.pad || same) continue
    const { first, end } = layout.piecesOf(index)
    for (let piece = first; piece < end; piece++) changed.set(piece)
  }
  return changed
}
