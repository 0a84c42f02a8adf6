import { useRef } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { DroppedFile } from '../../../shared/dropped/dropped.ts'
import { pickedFiles } from '../../../shared/dropped/dropped.ts'
import { texts as say } from '../../../shared/messages/sharing.ts'
import view from '../view/view.module.css'
import styles from './home.module.css'

/** Takes files or a folder from a dialog; drops are heard by what is around it. */
export function Picker({ onTake }: { onTake(files: readonly DroppedFile[]): void }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => onTake(pickedFiles(input.files))
  return (
    <div className={styles.drop}>
      <Icon name="upload" size={30} />
      <strong>{say.drop}</strong>
      <p className={view.soft}>{say.hint}</p>
      <div className={view.actions}>
        <Button variant="primary" size="large" icon="file" onClick={() => files.current?.click()}>
          {say.files}
        </Button>
        <Button size="large" icon="folder" onClick={() => folder.current?.click()}>
          {say.folder}
        </Button>
      </div>
      <input ref={files} type="file" multiple hidden onChange={({ target }) => take(target)} />
      <input
        ref={folder}
        type="file"
        hidden
        {...{ webkitdirectory: '' }}
        onChange={({ target }) => take(target)}
      />
    </div>
  )
}
