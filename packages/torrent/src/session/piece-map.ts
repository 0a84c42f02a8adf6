import type { PieceMap } from '../api.ts'
import type { TorrentTask } from './torrent-task.ts'

const MOST = 255

/** What of a torrent is here, and how often each piece is among its sources, as the public API shows it. */
export function pieceMapOf({ content, swarm }: TorrentTask): PieceMap {
  if (!content)
    return { count: 0, pieceLengthBytes: 0, have: new Uint8Array(0), availability: new Uint8Array(0) }
  const { pieceCount, pieceLengthBytes } = content.layout
  const availability = new Uint8Array(pieceCount)
  const picker = swarm?.transfer?.picker
  if (picker)
    for (let piece = 0; piece < pieceCount; piece++)
      availability[piece] = Math.min(MOST, picker.pieces.availability(piece))
  return { count: pieceCount, pieceLengthBytes, have: content.shown.bytes.slice(), availability }
}
