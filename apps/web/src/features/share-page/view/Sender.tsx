import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes, formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-more.ts'
import { useAskBeforeLeaving } from '../hooks.ts'
import { countNeeding } from './Seeding.tsx'
import styles from './view.module.css'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly detail: TorrentDetail | null
}

const say = texts.sender

/**
 * Tells a user who shares files of this device that the page has to stay open, and how much others
 * have downloaded.
 */
export default function Sender({ torrent, detail }: Props) {
  const { origin, lengthBytes, uploadedBytes, uploadBytesPerSecond } = torrent
  useAskBeforeLeaving(countNeeding(detail) > 0)
  const count = detail?.connected.length ?? 0
  const words = [
    ...(count > 0 ? [say.loading({ count })] : []),
    ...(uploadedBytes > 0 ? [say.sent({ bytes: formatBytes(uploadedBytes) })] : []),
    ...(uploadBytesPerSecond > 0 ? [say.rate({ rate: formatRate(uploadBytesPerSecond) })] : []),
  ]
  return (
    <div className={layout.stack2}>
      <p className={layout.bold} role="status">
        {say.title}
      </p>
      <Notice tone="info">
        <p>{origin === 'shared' ? say.how : say.stored}</p>
        <p className={`${layout.wrap2} ${styles.numbers}`}>
          {words.length === 0 ? say.nobody : words.map(word => <span key={word}>{word}</span>)}
        </p>
        {uploadedBytes >= lengthBytes && <p>{say.enough}</p>}
      </Notice>
    </div>
  )
}
