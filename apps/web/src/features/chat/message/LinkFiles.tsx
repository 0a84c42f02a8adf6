import { type ReactNode, Suspense, useState } from 'react'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { Loading } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { messageOf } from '../../../shared/format/errors.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { FileView } from '../../../shared/media/FileView.tsx'
import type { ShownFile } from '../../../shared/media/shown-file.ts'
import { texts } from '../../../shared/messages/chat.ts'
import type { OpenedFiles } from '../chat-client.ts'
import styles from './message.module.css'

const t = texts.link
/** Shares with more files than this are downloaded instead of viewed. */
const LISTED = 50

const isMedia = ({ kind }: ShownFile) => kind === 'video' || kind === 'audio' || kind === 'picture'

/**
 * The files of an opened link: the largest one that can be displayed is shown, others after a
 * click. All can be saved.
 */
export function LinkFiles({ share, isSealed }: { readonly share: OpenedFiles; readonly isSealed: boolean }) {
  const { files } = share
  const [shown, setShown] = useState(() => largestMedia(files))
  const [problem, setProblem] = useState<string | null>(null)
  const listed = files.slice(0, LISTED)
  const show = (file: ShownFile) => {
    setProblem(null)
    setShown(file)
  }
  const explain = () => share.problem().then(setProblem, error => setProblem(messageOf(error)))
  return (
    <>
      {shown && (
        // Images and players only report that they cannot show something.
        <div className={`${layout.scroll} ${styles.media}`} onErrorCapture={explain}>
          <Suspense fallback={<Loading />}>
            <FileView key={shown.index} file={shown} files={files} />
          </Suspense>
        </div>
      )}
      {problem !== null && <p role="alert">{problem}</p>}
      <ul className={layout.stack1}>
        {listed.map(file => (
          <li key={file.index} className={`${layout.row2} ${layout.spread}`}>
            <span className={layout.shrink}>
              <bdi className={layout.break}>{shownName(file.name)}</bdi>{' '}
              <span className={layout.soft}>{formatBytes(file.lengthBytes)}</span>
            </span>
            {isMedia(file) && file !== shown && (
              <Button size="small" variant="quiet" icon="eye" onClick={() => show(file)}>
                {t.showFile}
                <span className="visually-hidden"> {shownName(file.name)}</span>
              </Button>
            )}
            <Save file={file} share={share}>
              {isSealed ? t.saveSealed : t.save}
              <span className="visually-hidden"> {shownName(file.name)}</span>
            </Save>
          </li>
        ))}
      </ul>
      {files.length > LISTED && <p className={layout.soft}>{t.more({ count: files.length - LISTED })}</p>}
    </>
  )
}

interface SaveProps {
  readonly file: ShownFile
  readonly share: OpenedFiles
  readonly children: ReactNode
}

function Save({ file, share: { save }, children }: SaveProps) {
  if (save)
    return (
      <Button size="small" variant="quiet" onClick={() => void save(file).catch(notifyError)}>
        {children}
      </Button>
    )
  return (
    <a className={buttonClass('quiet', 'small')} href={file.url} download={file.name}>
      {children}
    </a>
  )
}

function largestMedia(files: readonly ShownFile[]): ShownFile | null {
  const [largest = null] = files.filter(isMedia).sort((one, other) => other.lengthBytes - one.lengthBytes)
  return largest
}
