import { Dialog } from '../../shared/controls/Dialog.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useTorrent } from '../../shared/node/context.tsx'
import { TorrentLink } from './TorrentLink.tsx'

export function LinkDialog({ id, onClose }: { id: string; onClose(): void }) {
  const torrent = useTorrent(id)
  return (
    <Dialog open wide title={texts.add.link.title} description={torrent?.name} onClose={onClose}>
      <TorrentLink id={id} />
    </Dialog>
  )
}
