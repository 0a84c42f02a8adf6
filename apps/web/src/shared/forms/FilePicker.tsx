import { useRef } from 'react'
import { Button, type ButtonProps } from '../controls/Button.tsx'
import { Icon } from '../controls/Icon.tsx'
import layout from '../controls/layout.module.css'
import { type DroppedFile, pickedFiles } from '../dropped/dropped.ts'
import styles from './picker.module.css'

interface Props {
  readonly say: {
    readonly drop: string
    readonly hint: string
    readonly files: string
    readonly folder: string
  }
  readonly size?: ButtonProps['size']
  onTake(files: readonly DroppedFile[]): void
}

/** Takes files or a folder from a dialog. The component around it handles drops. */
export function FilePicker({ say, size, onTake }: Props) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const look = size ? { size } : {}
  return (
    <div className={`${layout.stack2} ${layout.centered} ${styles.drop}`}>
      <Icon name="upload" size={30} />
      <strong>{say.drop}</strong>
      <p className={layout.soft}>{say.hint}</p>
      <div className={`${layout.wrap2} ${layout.centered}`}>
        <Button variant="primary" icon="file" {...look} onClick={() => files.current?.click()}>
          {say.files}
        </Button>
        <Button icon="folder" {...look} onClick={() => folder.current?.click()}>
          {say.folder}
        </Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-role="share-files"
        onChange={({ target }) => onTake(pickedFiles(target.files))}
      />
      <input
        ref={folder}
        type="file"
        hidden
        {...{ webkitdirectory: '' }}
        onChange={({ target }) => onTake(pickedFiles(target.files))}
      />
    </div>
  )
}
