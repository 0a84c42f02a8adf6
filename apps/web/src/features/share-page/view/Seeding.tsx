import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes, formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-more.ts'
import { useAskBeforeLeaving } from '../hooks.ts'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly detail: TorrentDetail | null
}

/** Says that this page uploads its data, and asks before it is closed while a peer needs it. */
export default function Seeding({ torrent, detail }: Props) {
  const { paused, uploadedBytes, uploadBytesPerSecond } = torrent
  const needing = countNeeding(detail)
  useAskBeforeLeaving(needing > 0)
  if (paused) return null
  return (
    <Notice tone="info">
      <p>{texts.seeding.on({ rate: formatRate(uploadBytesPerSecond) })}</p>
      {needing > 0 && <p>{texts.seeding.needed({ count: needing })}</p>}
      {uploadedBytes > 0 && <p>{texts.seeding.uploaded({ bytes: formatBytes(uploadedBytes) })}</p>}
    </Notice>
  )
}

/** Counts the peers that still want pieces from this page. */
export function countNeeding(detail: TorrentDetail | null): number {
  return (
    detail?.connected.filter(({ progress, peerInterested }) => progress < 1 && peerInterested).length ?? 0
  )
}
