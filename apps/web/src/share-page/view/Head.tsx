import type { ShareLink } from '@shoal/links'
import { Icon } from '../../components/Icon.tsx'
import { formatBytes } from '../../format/format.ts'
import { shownName } from '../../format/shown-name.ts'
import type { TorrentSnapshot } from '../../peer/protocol.ts'
import { texts } from '../../texts/share-page.ts'
import styles from './view.module.css'

interface Props {
  readonly name: string
  readonly link: ShareLink
  readonly torrent: TorrentSnapshot | undefined
}

/** What it is, as far as is known: the link's own words before anybody has answered. */
export function Head({ name, link, torrent }: Props) {
  const lengthBytes = torrent?.lengthBytes || link.lengthBytes
  const fileCount = torrent?.fileCount ?? 0
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
        {torrent && fileCount > 0 && <span>{texts.peers.count(torrent.seeds, torrent.peers)}</span>}
      </p>
    </div>
  )
}
