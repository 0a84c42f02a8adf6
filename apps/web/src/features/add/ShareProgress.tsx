import type { Job, SealTo } from '@shoal/api'
import { useEffect, useState } from 'react'
import { Cell } from '../../shared/base/cell.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import { Spinner } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice, ProgressBar } from '../../shared/controls/Panels.tsx'
import { errorMessage } from '../../shared/format/error-message.ts'
import { formatBytes } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import type { UploadProgress, UploadTask } from '../../shared/uploads/uploads.ts'
import styles from './Add.module.css'
import { SealedLink } from './SealedLink.tsx'
import { TorrentLink } from './TorrentLink.tsx'

const t = texts.add.share

/** Content that is being shared. */
export interface Sharing {
  /** Null if the content is on the node already. */
  readonly task: UploadTask | null
  /** The job of the node; null if it failed or was cancelled before it started. */
  readonly started: Promise<Job | null>
  /** How the share is sealed; undefined if it is not. */
  readonly by?: SealTo['by'] | undefined
}

interface Props {
  readonly sharing: Sharing
  onAgain(): void
  onClose(): void
  onShared?(id: string): void
}

const NO_UPLOAD = new Cell<UploadProgress>({ stage: 'preparing', sentBytes: 0, error: null })

export function ShareProgress({ sharing, onAgain, onClose, onShared }: Props) {
  const { task } = sharing
  const upload = useCell(task?.progress ?? NO_UPLOAD)
  const job = useJob(sharing.started)
  const id = job?.state === 'done' ? job.torrent : null
  useEffect(() => {
    if (id) onShared?.(id)
  }, [id, onShared])
  useEffect(() => () => task?.continueInBackground(), [task])
  if (id) return <Done id={id} job={job!} sharing={sharing} onAgain={onAgain} />
  const failure = upload.error ?? (job?.error ? errorMessage(job.error) : null)
  if (failure !== null || upload.stage === 'cancelled' || job?.state === 'cancelled') {
    return (
      <div className={`${layout.stack4} ${styles.form}`}>
        {failure !== null && (
          <Notice>
            <strong>{t.failed}.</strong> {failure}
          </Notice>
        )}
        <Button onClick={onAgain}>{t.again}</Button>
      </div>
    )
  }
  const sending = task !== null && upload.stage === 'sending'
  const value = sending
    ? upload.sentBytes / Math.max(1, task.totalBytes)
    : job?.totalBytes
      ? job.doneBytes / job.totalBytes
      : 0
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <p aria-live="polite">
        {sending
          ? t.sending({ sent: formatBytes(upload.sentBytes), all: formatBytes(task.totalBytes) })
          : sharing.by
            ? t.sealing
            : t.preparing}
      </p>
      <ProgressBar value={value} />
      {!sending && !job && <Spinner />}
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        {sending && <Button onClick={() => task.cancel()}>{t.cancel}</Button>}
        <Button onClick={onClose}>{t.hide}</Button>
      </div>
    </div>
  )
}

interface DoneProps {
  readonly id: string
  readonly job: Job
  readonly sharing: Sharing
  onAgain(): void
}

/** The focused button was removed, and the keyboard focus must stay in the dialog. */
const focus = (heading: HTMLElement | null) => heading?.focus()

function Done({ id, job: { link, name }, sharing: { task }, onAgain }: DoneProps) {
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <div className={`${layout.row3} ${styles.done}`}>
        <Icon name="check" size={26} />
        <div>
          <h3 ref={focus} tabIndex={-1}>
            {link === null ? t.done : t.sealed}
          </h3>
          <p className={layout.soft}>
            {link === null ? t.doneBody : t.sealedBody[task === null ? 'node' : 'here']}
          </p>
        </div>
      </div>
      {link === null ? <TorrentLink id={id} /> : <SealedLink link={link} name={name} />}
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <Button variant="quiet" onClick={onAgain}>
          {t.again}
        </Button>
      </div>
    </div>
  )
}

/** Returns a job, kept up to date by events. */
function useJob(started: Promise<Job | null>): Job | null {
  const node = useNode()
  const [first, setFirst] = useState<Job | null>(null)
  useEffect(() => {
    void started.then(setFirst, () => {})
  }, [started])
  const jobs = useCell(node.jobs)
  return first === null ? null : (jobs.find(({ id }) => id === first.id) ?? first)
}
