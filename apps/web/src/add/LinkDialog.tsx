import { Dialog } from '../components/Dialog.tsx'
import { useTorrent } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { TorrentLink } from './TorrentLink.tsx'

export function LinkDialog({ id, onClose }: { id: string; onClose(): void }) {
  const torrent = useTorrent(id)
  return (
    <Dialog open wide title={texts.add.link.title} description={torrent?.name} onClose={onClose}>
      <TorrentLink id={id} />
    </Dialog>
  )
}
