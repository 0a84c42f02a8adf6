import { useMemo } from 'react'
import { PiecePicture } from '../../../shared/charts/PiecePicture.tsx'
import type { Pieces as PieceBytes } from '../../../shared/charts/piece-picture.ts'
import { Card } from '../../../shared/controls/Panels.tsx'
import type { TorrentDetail } from '../../../shared/engine/protocol.ts'
import { texts } from '../../../shared/messages/share-page.ts'

/** Shows each piece as a square: downloaded, missing, and how many peers have it. */
export default function Pieces({ detail }: { readonly detail: TorrentDetail }) {
  const pieces = useMemo(() => toPieceBytes(detail), [detail])
  return (
    <Card title={texts.progress.pieces}>
      <PiecePicture pieces={pieces} />
    </Card>
  )
}

function toPieceBytes({ torrent, have, availability }: TorrentDetail): PieceBytes {
  const bytes = new Uint8Array(torrent.pieceCount)
  // BEP 3: the first piece is the highest bit.
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (have[index >> 3]! >> (7 - (index & 7))) & 1
  return { count: bytes.length, have: bytes, availability }
}
