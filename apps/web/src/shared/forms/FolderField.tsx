import { useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Icon } from '../controls/Icon.tsx'
import layout from '../controls/layout.module.css'
import { formatBytes } from '../format/format.ts'
import { texts } from '../messages/texts.ts'
import { useAsked } from '../node/context.tsx'
import { FolderDialog } from './FolderDialog.tsx'
import styles from './folder.module.css'

const t = texts.add.options

interface Props {
  readonly label?: string
  /** Null: the folder of the label or of the settings. */
  readonly value: string | null
  readonly needsBytes?: number
  onChange(directory: string): void
}

/** A folder on the node's machine, with its free space. */
export function FolderField({ label = t.folder, value, needsBytes = 0, onChange }: Props) {
  const [browsing, setBrowsing] = useState(false)
  const usual = useAsked(api => api.getSettings({}), []).value?.downloads.directory
  const path = value ?? usual
  const { value: listing } = useAsked(
    api => (path ? api.listFolders({ path }) : Promise.resolve(null)),
    [path],
  )
  const tight = listing !== null && listing !== undefined && listing.freeBytes < needsBytes
  return (
    <div className={layout.row3}>
      <div className={layout.grow}>
        <div className={layout.label}>{label}</div>
        <div className={`${layout.row2} ${styles.folderPath}`}>
          <Icon name="folder" size={16} />
          <span className={`${layout.clip} ${layout.verbatim}`}>{path ?? '…'}</span>
        </div>
        {listing && (
          <div className={`${layout.soft} ${styles.facts}`} data-bad={tight || undefined}>
            {tight
              ? t.tooSmall({ size: formatBytes(listing.freeBytes) })
              : t.free({ size: formatBytes(listing.freeBytes) })}
          </div>
        )}
      </div>
      <Button onClick={() => setBrowsing(true)}>{t.browse}</Button>
      {browsing && (
        <FolderDialog
          start={path}
          onClose={() => setBrowsing(false)}
          onChoose={chosen => {
            setBrowsing(false)
            onChange(chosen.path)
          }}
        />
      )}
    </div>
  )
}
