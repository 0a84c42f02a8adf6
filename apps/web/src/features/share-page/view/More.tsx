import { formatShareLink, type ShareLink } from '@shoal/links'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { useServices } from '../services.ts'
import { AddToNode } from './AddToNode.tsx'
import { Kept } from './Kept.tsx'
import { LinkBox } from './LinkBox.tsx'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly link: ShareLink
  readonly magnet: string
  /** Whether the link is shown at the top already. */
  readonly isMine: boolean
}

/** Details that are needed less often. */
export default function More({ torrent, link, magnet, isMine }: Props) {
  const { page } = useServices()
  return (
    <>
      {!isMine && <LinkBox link={passed(torrent, link, page)} name={torrent.name} />}
      <AddToNode
        source={opensAtNode(link) ? passed(torrent, link, page) : magnet}
        magnet={torrent.magnet}
        asks={link.seal?.by === 'passphrase'}
      />
      <Kept current={torrent.id} />
    </>
  )
}

/** Whether the node can open the link: it has the link, but no user's key. */
const opensAtNode = ({ seal }: ShareLink) => seal !== undefined && seal.by !== 'recipient'

/** Returns the link to pass on: the original one, completed with data that is known by now. */
function passed({ lengthBytes, name, isPrivate }: TorrentSnapshot, link: ShareLink, page: string): string {
  return formatShareLink(page, {
    ...link,
    magnet: { ...link.magnet, name },
    ...(lengthBytes > 0 && { lengthBytes }),
    ...(isPrivate && { isPrivate }),
  })
}
