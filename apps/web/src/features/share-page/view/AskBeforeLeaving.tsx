import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { useServices } from '../services.ts'
import { useAskBeforeLeaving } from './use-ask-before-leaving.ts'

/**
 * Asks before the page is closed while a share may be nowhere but in its files: nobody who is connected has all of it, and not all of it was
 * passed on. Two that both have all of it let go of each other, so that who has fetched it is soon not connected any more.
 */
export function AskBeforeLeaving() {
  const { store, made } = useServices()
  const torrents = useCell(store.torrents)
  useAskBeforeLeaving(
    [...(torrents?.values() ?? [])].some(torrent => made.has(torrent.id) && isAlone(torrent)),
  )
  return null
}

function isAlone({ origin, paused, seeds, uploadedBytes, lengthBytes }: TorrentSnapshot): boolean {
  return origin === 'shared' && !paused && seeds === 0 && uploadedBytes < lengthBytes
}
