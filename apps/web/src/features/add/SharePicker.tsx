import { useRef, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import { pickedFiles } from '../../shared/dropped/dropped.ts'
import { FolderDialog } from '../../shared/forms/FolderDialog.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { contentOf } from '../../shared/uploads/uploads.ts'
import styles from './Add.module.css'

const t = texts.add.share

/** What is to be shared: files of this device, or a path on the node's machine. */
export type Content =
  | { readonly from: 'here'; readonly name: string; readonly files: readonly DroppedFile[] }
  | { readonly from: 'node'; readonly name: string; readonly path: string }

export function SharePicker({ onChoose }: { onChoose(content: Content): void }) {
  const [browsing, setBrowsing] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (list: FileList | null) => {
    const picked = pickedFiles(list)
    if (picked.length > 0) onChoose({ from: 'here', ...contentOf(picked) })
  }
  return (
    <div className={styles.form}>
      <p>{t.intro}</p>
      <div className={styles.drop}>
        <Icon name="upload" size={30} />
        <strong>{t.drop}</strong>
        <span className={styles.facts}>{t.sends}</span>
        <div className={styles.buttons}>
          <Button variant="primary" icon="file" onClick={() => files.current?.click()}>
            {t.pickFiles}
          </Button>
          <Button icon="folder" onClick={() => folder.current?.click()}>
            {t.pickFolder}
          </Button>
        </div>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          data-role="share-files"
          onChange={({ target }) => take(target.files)}
        />
        <input
          ref={folder}
          type="file"
          hidden
          {...{ webkitdirectory: '' }}
          onChange={({ target }) => take(target.files)}
        />
      </div>
      <Button icon="disk" onClick={() => setBrowsing(true)}>
        {t.pickNode}
      </Button>
      {browsing && (
        <FolderDialog
          files
          onClose={() => setBrowsing(false)}
          onChoose={({ path }) =>
            onChoose({ from: 'node', path, name: path.slice(path.lastIndexOf('/') + 1) })
          }
        />
      )}
    </div>
  )
}
