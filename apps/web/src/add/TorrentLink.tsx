import { Button } from '../components/Button.tsx'
import { CopyButton } from '../components/CopyButton.tsx'
import { controlClass } from '../components/Field.tsx'
import { Loading, Problem } from '../components/Parts.tsx'
import { useAsked, useNode } from '../node/context.tsx'
import { QrCode } from '../qr/QrCode.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Add.module.css'

const t = texts.add.link

/** The link of a torrent, to copy, to scan, to hand to another program. */
export function TorrentLink({ id }: { id: string }) {
  const node = useNode()
  const asked = useAsked(signal => node.api.getTorrent({ id }, { signal }), [id])
  if (asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  if (!asked.value) return <Loading />
  const { magnet, contentId, name } = asked.value
  const canShare = typeof navigator.share === 'function'
  return (
    <div className={styles.link}>
      <div className={styles.linkWords}>
        <label className={styles.folderLabel}>
          {t.magnet}
          <input
            className={`${controlClass} ${styles.mono}`}
            readOnly
            value={magnet}
            onFocus={({ target }) => target.select()}
          />
        </label>
        <div className={styles.buttons}>
          <CopyButton variant="primary" text={magnet}>
            {t.copy}
          </CopyButton>
          {canShare && (
            <Button
              icon="external"
              onClick={() => navigator.share({ title: name, text: magnet }).catch(() => {})}
            >
              {t.system}
            </Button>
          )}
        </div>
        <label className={styles.folderLabel}>
          {t.contentId}
          <input
            className={`${controlClass} ${styles.mono}`}
            readOnly
            value={contentId}
            onFocus={({ target }) => target.select()}
          />
        </label>
        <div className={styles.buttons}>
          <CopyButton text={contentId}>{t.copyId}</CopyButton>
        </div>
      </div>
      <div className={styles.qr}>
        <QrCode text={magnet} label={t.qr} />
      </div>
    </div>
  )
}
