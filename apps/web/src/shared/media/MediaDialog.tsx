import { Dialog } from '@base-ui/react/dialog'
import { Suspense } from 'react'
import { buttonClass, IconButton } from '../controls/Button.tsx'
import { Icon } from '../controls/Icon.tsx'
import { Loading } from '../controls/Loading.tsx'
import layout from '../controls/layout.module.css'
import { formatBytes } from '../format/format.ts'
import { shownName } from '../format/shown-name.ts'
import { texts } from '../messages/viewing.ts'
import { FileView } from './FileView.tsx'
import { Message } from './Message.tsx'
import styles from './media-dialog.module.css'
import type { ShownFile } from './shown-file.ts'
import { useSteps } from './steps.ts'

const say = texts.media

export interface MediaDialogProps {
  /** All files of the torrent, in display order. */
  readonly files: readonly ShownFile[]
  readonly index: number
  readonly playlistUrl: string
  onOpen(index: number): void
  onClose(): void
}

/** Shows one file on the whole page. */
export default function MediaDialog({ files, index, playlistUrl, onOpen, onClose }: MediaDialogProps) {
  const { at, count, go, keyDown, onEnded } = useSteps(files, index, onOpen)
  const file = files.find(each => each.index === index)
  if (!file) return null
  return (
    <Dialog.Root open onOpenChange={open => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} onKeyDown={keyDown}>
          <header className={`${layout.row2} ${styles.head}`}>
            <div className={layout.grow}>
              <Dialog.Title className={`${layout.clip} ${styles.title}`}>{shownName(file.name)}</Dialog.Title>
              <p className={layout.faint}>{formatBytes(file.lengthBytes)}</p>
            </div>
            {count > 1 && (
              <div className={`${layout.row} ${layout.soft}`}>
                <IconButton icon="left" label={say.previous} disabled={at === 0} onClick={() => go(-1)} />
                <span className="number">{say.place({ at: at + 1, of: count })}</span>
                <IconButton icon="right" label={say.next} disabled={at === count - 1} onClick={() => go(1)} />
              </div>
            )}
            <a
              className={buttonClass('quiet')}
              href={file.url}
              download={file.name}
              aria-label={say.download}
            >
              <Icon name="download" />
              <span className={styles.wide}>{say.download}</span>
            </a>
            <Dialog.Close render={<IconButton icon="close" label={say.close} />} />
          </header>
          <div className={styles.body}>
            <Suspense fallback={<Loading />}>
              <FileView
                key={file.index}
                file={file}
                files={files}
                playlistUrl={playlistUrl}
                onEnded={onEnded}
              >
                <OpensElsewhere
                  file={file}
                  {...(file.kind === 'pdf'
                    ? { title: say.pdf, help: say.pdfHelp }
                    : { title: say.cannotShow, help: say.cannotShowHelp })}
                />
              </FileView>
            </Suspense>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function OpensElsewhere(props: { file: ShownFile; title: string; help: string }) {
  const { file, title, help } = props
  return (
    <Message title={title} help={help}>
      <a className={buttonClass('primary')} href={file.url} download={file.name}>
        <Icon name="download" />
        {say.download}
      </a>
    </Message>
  )
}
