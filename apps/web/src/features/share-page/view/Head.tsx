import type { ShareLink } from '@shoal/links'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import type { ShareFile } from '../files/share-file.ts'
import styles from './view.module.css'

interface Props {
  readonly name: string
  readonly link: ShareLink
  readonly torrent: TorrentSnapshot | undefined
  /** Of a sealed share that is open. */
  readonly inside: readonly ShareFile[] | null
}

/** What it is, as far as is known: the link's own words before anybody has answered. */
export function Head({ name, link, torrent, inside }: Props) {
  const lengthBytes = torrent?.lengthBytes || link.lengthBytes
  const fileCount = inside?.length ?? torrent?.fileCount ?? 0
  return (
    <div className={styles.head}>
      <h1>{shownName(name)}</h1>
      <p className={styles.facts}>
        {lengthBytes ? <span>{formatBytes(lengthBytes)}</span> : null}
        {fileCount > 0 && <span>{texts.facts.files(fileCount)}</span>}
        {link.seal && (
          <span className={styles.sealed} title={texts.facts.sealedHint}>
            <Icon name="lock" size={15} /> {texts.facts.sealed}
          </span>
        )}
        {torrent && fileCount > 0 && <span>{connected(torrent)}</span>}
      </p>
    </div>
  )
}

/** Who has all of it is told no more of pieces, by anybody: then it cannot say who has them. */
function connected({ seeds, peers, haveBytes, lengthBytes }: TorrentSnapshot): string {
  return haveBytes < lengthBytes ? texts.peers.count(seeds, peers) : texts.peers.connected(peers)
}
