import { useEffect } from 'react'
import { formatBytes, formatRate } from '../../format/format.ts'
import type { TorrentDetail, TorrentSnapshot } from '../../peer/protocol.ts'
import { texts } from '../../texts/share-page.ts'
import { Notice } from './parts.tsx'

/** Says that this page passes on what it has, and asks before it is closed while somebody needs it. */
export function Seeding({ torrent, detail }: { torrent: TorrentSnapshot; detail: TorrentDetail | null }) {
  const { haveBytes, paused, uploadedBytes, uploadBytesPerSecond } = torrent
  const needing =
    detail?.connected.filter(({ progress, peerInterested }) => progress < 1 && peerInterested).length ?? 0
  useAskBeforeLeaving(needing > 0 || isBusy(torrent))
  if (haveBytes === 0 || paused) return null
  return (
    <Notice tone="info">
      <p>{texts.seeding.on(formatRate(uploadBytesPerSecond))}</p>
      {needing > 0 && <p>{texts.seeding.needed(needing)}</p>}
      {uploadedBytes > 0 && <p>{texts.seeding.uploaded(formatBytes(uploadedBytes))}</p>}
    </Notice>
  )
}

/** In memory a download is lost with the page. */
function isBusy({ origin, haveBytes, wantedBytes }: TorrentSnapshot): boolean {
  return origin === 'memory' && haveBytes > 0 && haveBytes < wantedBytes
}

/** The browser asks in its own words. */
function useAskBeforeLeaving(asks: boolean): void {
  useEffect(() => {
    if (!asks) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [asks])
}
