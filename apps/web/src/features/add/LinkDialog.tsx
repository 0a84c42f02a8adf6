import { Dialog } from '../../shared/controls/Dialog.tsx'
import type { DialogProps } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useTorrent } from '../../shared/node/context.tsx'
import { TorrentLink } from './TorrentLink.tsx'

/** The link of the torrent with the id `request`. */
export function LinkDialog({ request: id, onClose }: DialogProps<string>) {
  const torrent = useTorrent(id)
  return (
    <Dialog open wide title={texts.add.link.title} description={torrent?.name} onClose={onClose}>
      <TorrentLink id={id} />
    </Dialog>
  )
}
