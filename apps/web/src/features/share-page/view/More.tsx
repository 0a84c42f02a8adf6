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
  /** The link is already at the top. */
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

/** A node opens what it gets, but has nobody's key. */
const opensAtNode = ({ seal }: ShareLink) => seal !== undefined && seal.by !== 'recipient'

/** As it came, and with what is known by now. */
function passed({ lengthBytes, name, isPrivate }: TorrentSnapshot, link: ShareLink, page: string): string {
  return formatShareLink(page, {
    ...link,
    magnet: { ...link.magnet, name },
    ...(lengthBytes > 0 && { lengthBytes }),
    ...(isPrivate && { isPrivate }),
  })
}
