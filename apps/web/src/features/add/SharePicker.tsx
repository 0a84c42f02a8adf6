import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { FilePicker } from '../../shared/forms/FilePicker.tsx'
import { FolderDialog } from '../../shared/forms/FolderDialog.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { type Contents, toContent } from '../../shared/uploads/uploads.ts'
import styles from './Add.module.css'

const t = texts.add.share

/** Content to share: files of this device, or a path on the node's machine. */
export type Content =
  | ({ readonly from: 'here' } & Contents)
  | { readonly from: 'node'; readonly name: string; readonly path: string }

export function SharePicker({ onChoose }: { onChoose(content: Content): void }) {
  const [browsing, setBrowsing] = useState(false)
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <p>{t.intro}</p>
      <FilePicker
        say={{ drop: t.drop, hint: t.sends, files: t.pickFiles, folder: t.pickFolder }}
        onTake={files => files.length > 0 && onChoose({ from: 'here', ...toContent(files) })}
      />
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
