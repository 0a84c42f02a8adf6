import { Button } from '../../../shared/controls/Button.tsx'
import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts as more } from '../../../shared/messages/share-more.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { useServices } from '../services.ts'

/** Says why a torrent has stopped, and offers to try again. */
export default function Fault({ torrent }: { torrent: TorrentSnapshot }) {
  const { peer, store } = useServices()
  const storage = useCell(store.storage)
  const { code = '', message = '' } = torrent.error ?? {}
  const known =
    code === 'no-space' || code === 'in-use' || code === 'no-permission'
      ? more.faults[code]
      : errorMessage({ code, message })
  // Some browsers report the same quota to everyone, so that sites cannot identify users by it.
  const free = storage ? storage.quotaBytes - storage.usedBytes : null
  const neededBytes = torrent.wantedBytes - torrent.haveBytes
  return (
    <Notice
      action={
        <Button onClick={() => void peer.resume(torrent.id).catch(() => {})}>{texts.actions.retry}</Button>
      }
    >
      <p>{known}</p>
      {code === 'no-space' && free !== null && free < neededBytes && (
        <p>
          {texts.faults.tooLarge({ needed: formatBytes(neededBytes), free: formatBytes(Math.max(0, free)) })}
        </p>
      )}
    </Notice>
  )
}
