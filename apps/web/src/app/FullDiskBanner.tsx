import { Icon } from '../shared/controls/Icon.tsx'
import layout from '../shared/controls/layout.module.css'
import { formatBytes } from '../shared/format/format.ts'
import { texts } from '../shared/messages/texts.ts'
import { useCell, useNode } from '../shared/node/context.tsx'
import styles from './OfflineBanner.module.css'

/** Reports that the node refuses changes until the disk has free space. */
export function FullDiskBanner() {
  const lacksBytes = useCell(useNode().stats)?.lacksBytes ?? null
  if (lacksBytes === null) return null
  const t = texts.app.fullDisk
  return (
    <div className={`${layout.row3} ${layout.ruled} ${layout.strong} ${styles.banner}`} role="status">
      <Icon name="disk" />
      <div className={layout.grow}>
        <strong>{t.title}.</strong> {t.body({ size: formatBytes(lacksBytes) })}
      </div>
    </div>
  )
}
