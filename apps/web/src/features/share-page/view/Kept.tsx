import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes, formatPercent } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { forgetShare } from '../own-shares.ts'
import { useServices } from '../services.ts'
import styles from './view.module.css'

/** Shows the shares stored in this browser, the space they use, and how to delete them. */
export function Kept({ current }: { readonly current?: string }) {
  const { store } = useServices()
  const torrents = useCell(store.torrents)
  const storage = useCell(store.storage)
  const kept = [...(torrents?.values() ?? [])]
    .filter(({ wantedBytes, haveBytes }) => wantedBytes > 0 || haveBytes > 0)
    .sort((a, b) => b.addedMs - a.addedMs)
  if (kept.length === 0) return null
  return (
    <Card title={texts.storage.title}>
      {storage && (
        <p className={layout.muted}>
          {storage.kind === 'memory'
            ? texts.storage.memory
            : texts.storage.used({
                used: formatBytes(storage.usedBytes),
                quota: formatBytes(storage.quotaBytes),
              })}
        </p>
      )}
      <ul className={styles.kept}>
        {kept.map(torrent => (
          <KeptRow key={torrent.id} torrent={torrent} isCurrent={torrent.id === current} />
        ))}
      </ul>
    </Card>
  )
}

function KeptRow({ torrent, isCurrent }: { torrent: TorrentSnapshot; isCurrent: boolean }) {
  const { peer } = useServices()
  const { id, name, magnet, haveBytes, wantedBytes } = torrent
  const forget = () => {
    if (isCurrent) location.hash = '#/'
    forgetShare(id)
    void peer.remove(id).catch(() => {})
  }
  return (
    <li>
      {isCurrent ? <span>{shownName(name)}</span> : <a href={`#${magnet}`}>{shownName(name)}</a>}
      <span className={`${layout.soft} ${layout.tabular}`}>
        {formatBytes(haveBytes)}
        {wantedBytes > 0 && ` · ${formatPercent(haveBytes / wantedBytes)}`}
      </span>
      <Button size="small" icon="trash" title={texts.storage.forgetHint} onClick={forget}>
        {texts.actions.forget}
        <span className="visually-hidden">{shownName(name)}</span>
      </Button>
    </li>
  )
}
