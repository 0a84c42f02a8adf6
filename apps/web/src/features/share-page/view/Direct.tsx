import { useEffect } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-more.ts'
import { texts as page } from '../../../shared/messages/share-page.ts'
import { useServices } from '../services.ts'
import type { ShareFile } from '../share-file.ts'
import type { Choice } from './use-chosen.ts'
import type { Saving } from './use-saving.ts'
import styles from './view.module.css'

interface Props {
  readonly torrent: TorrentSnapshot
  readonly name: string
  readonly base: string
  readonly files: readonly ShareFile[]
  readonly choice: Choice
  readonly saving: Saving
}

/**
 * Shows the actions if the page cannot store anything and the node that serves it serves the files.
 */
export default function Direct({ torrent, name, base, files, choice, saving }: Props) {
  const { peer } = useServices()
  const isKnown = torrent.fileCount > 0
  useEffect(() => {
    if (!isKnown) void learn(base).catch(() => {})
    async function learn(base: string) {
      const response = await fetch(`${base}torrent`)
      if (response.ok) await peer.add(new Uint8Array(await response.arrayBuffer()), { select: [] })
    }
  }, [isKnown, base, peer])
  const chosen = files.filter(({ index }) => choice.has(index))
  const [only] = files.length === 1 ? files : []
  return (
    <>
      <Notice tone="info">{texts.host.direct({ host: location.host })}</Notice>
      {isKnown && (
        <div className={`${layout.wrap2} ${styles.actions}`}>
          <Button
            variant="primary"
            size="large"
            icon="download"
            disabled={chosen.length === 0}
            onClick={() => (only ? saving.save(only) : saving.saveAll(chosen, name))}
          >
            {(only ? texts.host.save : texts.host.saveAll)({ size: formatBytes(choice.bytes) })}
          </Button>
        </div>
      )}
      {!isKnown && <p role="status">{page.state.starting}</p>}
      <p className={`${layout.muted} ${styles.said}`} role="status">
        {saving.said}
      </p>
    </>
  )
}
