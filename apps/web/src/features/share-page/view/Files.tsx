import { lazy, Suspense, useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { IconName } from '../../../shared/controls/icons.ts'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { formatBytes, formatPercent } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { kindOf } from '../../../shared/media/media-type.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { nameOf, type ShareFile } from '../share-file.ts'
import type { Choice } from './use-chosen.ts'
import type { Saving } from './use-saving.ts'
import styles from './view.module.css'

const Viewer = lazy(() => import('../media/Viewer.tsx'))
const AT_ONCE = 200

interface Props {
  readonly files: readonly ShareFile[]
  /** Null if there is no choice. */
  readonly choice: Choice | null
  /** Null if the files are on this device already. */
  readonly saving: Saving | null
}

export function Files({ files, choice, saving }: Props) {
  const [most, setMost] = useState(AT_ONCE)
  const [shown, setShown] = useState<number | null>(null)
  return (
    <Card title={texts.files.title}>
      {choice && (
        <label className={`${layout.row3} ${styles.file}`}>
          <input
            type="checkbox"
            checked={choice.count === files.length}
            onChange={({ target }) => {
              const all = files.map(({ index }) => index)
              choice.set(all, target.checked)
            }}
          />
          {texts.files.all}
        </label>
      )}
      <ul className={styles.files}>
        {files.slice(0, most).map(file => (
          <FileRow
            key={file.index}
            file={file}
            name={shownName(file.path.join('/'))}
            choice={files.length > 1 ? choice : null}
            onShow={() => setShown(file.index)}
            {...(saving && { onSave: () => saving.save(file) })}
          />
        ))}
      </ul>
      {files.length > most && (
        <Button onClick={() => setMost(most + AT_ONCE)}>
          {texts.files.more({ count: Math.min(AT_ONCE, files.length - most) })}
        </Button>
      )}
      {shown !== null && (
        <Suspense>
          <Viewer files={files} index={shown} onOpen={setShown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </Card>
  )
}

interface RowProps {
  readonly file: ShareFile
  readonly name: string
  readonly choice: Choice | null
  onShow(): void
  onSave?(): void
}

function FileRow({ file, name, choice, onShow, onSave }: RowProps) {
  const { haveBytes, lengthBytes } = file
  const kind = kindOf(nameOf(file))
  const plays = kind === 'video' || kind === 'audio'
  return (
    <li className={styles.file}>
      {choice && (
        <input
          type="checkbox"
          aria-label={texts.files.choose({ name })}
          checked={choice.has(file.index)}
          onChange={({ target }) => choice.set([file.index], target.checked)}
        />
      )}
      <div className={`${layout.grow} ${styles.fileName}`}>
        {kind === 'other' ? (
          <span className={layout.break}>{name}</span>
        ) : (
          <button type="button" className={`${layout.break} ${styles.open}`} onClick={onShow}>
            {name}
          </button>
        )}
        <span className={`${layout.soft} ${layout.tabular}`}>
          {formatBytes(lengthBytes)}
          {onSave &&
            haveBytes !== null &&
            haveBytes > 0 &&
            ` · ${texts.files.here({ share: formatPercent(haveBytes / lengthBytes) })}`}
        </span>
      </div>
      <div className={styles.fileActions}>
        {kind !== 'other' && (
          <IconAction
            icon={plays ? 'play' : 'eye'}
            label={(plays ? texts.actions.play : texts.actions.show)({ name })}
            onClick={onShow}
          />
        )}
        {onSave && <IconAction icon="download" label={texts.actions.saveFile({ name })} onClick={onSave} />}
      </div>
    </li>
  )
}

interface ActionProps {
  readonly icon: IconName
  readonly label: string
  onClick(): void
}

function IconAction({ icon, label, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className={`${layout.center} ${styles.iconButton}`}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
