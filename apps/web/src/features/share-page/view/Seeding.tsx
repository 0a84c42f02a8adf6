import type { TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes, formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { Notice } from './parts.tsx'
import { useAskBeforeLeaving } from './use-ask-before-leaving.ts'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly detail: TorrentDetail | null
  /** Of what is wanted, something was not saved to the disk. */
  readonly isUnsaved: boolean
}

/** Says that this page passes on what it has, and asks before it is closed while somebody needs it. */
export function Seeding({ torrent, detail, isUnsaved }: Props) {
  const { origin, haveBytes, paused, uploadedBytes, uploadBytesPerSecond } = torrent
  const needing =
    detail?.connected.filter(({ progress, peerInterested }) => progress < 1 && peerInterested).length ?? 0
  // In memory a download is lost with the page.
  useAskBeforeLeaving(needing > 0 || (origin === 'memory' && haveBytes > 0 && isUnsaved))
  if (haveBytes === 0 || paused) return null
  return (
    <Notice tone="info">
      <p>{texts.seeding.on(formatRate(uploadBytesPerSecond))}</p>
      {needing > 0 && <p>{texts.seeding.needed(needing)}</p>}
      {uploadedBytes > 0 && <p>{texts.seeding.uploaded(formatBytes(uploadedBytes))}</p>}
    </Notice>
  )
}
