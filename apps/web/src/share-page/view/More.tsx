import type { ShareLink } from '@shoal/links'
import type { TorrentSnapshot } from '../../peer/protocol.ts'
import { AddToNode } from './AddToNode.tsx'
import { Kept } from './Kept.tsx'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly link: ShareLink
  readonly magnet: string
}

/** What is asked for less often. */
export default function More({ torrent, magnet }: Props) {
  return (
    <>
      <AddToNode magnet={magnet} />
      <Kept current={torrent.id} />
    </>
  )
}
