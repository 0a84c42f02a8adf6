import type { Job } from '@shoal/api'
import { Link } from 'wouter'
import { Button, buttonClass, IconButton } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { ProgressBar, type Tone } from '../../../shared/controls/Panels.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatBytes, formatDuration, formatRate, listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import { linkShown } from '../../../shared/ui/ui.ts'
import { type UploadTask, uploads } from '../../../shared/uploads/uploads.ts'
import styles from './JobsStrip.module.css'
import { jobTitle } from './job-title.ts'

const t = texts.list.jobs
/**
 * Finished jobs are shown for this long, failures until they are dismissed. Users may need a new
 * link for a while; the torrent has it, too.
 */
const ENDED_SHOWN_MS = 15_000
const LINK_SHOWN_MS = 120_000

/** Jobs of the node, and uploads from this browser to it. */
export function JobsStrip() {
  const { jobs: jobCell, stats } = useNode()
  // Events arrive every second, so their clock is used to hide finished jobs.
  const nowMs = useCell(stats)?.atMs ?? 0
  const jobs = useCell(jobCell).filter(job => isShown(job, nowMs))
  const sending = useCell(uploads).filter(task => task.inBackground)
  if (jobs.length === 0 && sending.length === 0) return null
  return (
    <ul className={styles.strip} aria-label={t.title}>
      {sending.map(task => (
        <Upload key={task.id} task={task} />
      ))}
      {jobs.map(job => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  )
}

function isShown({ state, endedMs, link }: Job, nowMs: number): boolean {
  if (state === 'running' || state === 'waiting' || state === 'failed') return true
  const shownMs = link === null ? ENDED_SHOWN_MS : LINK_SHOWN_MS
  return state === 'done' && endedMs !== null && nowMs - endedMs < shownMs
}

const TONES: Record<Job['state'], Tone> = {
  running: 'accent',
  waiting: 'idle',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
}

function JobRow({ job }: { job: Job }) {
  const node = useNode()
  const running = job.state === 'running' || job.state === 'waiting'
  return (
    <li className={styles.job}>
      <div className={`${layout.wrap2} ${layout.shrink} ${styles.words}`}>
        <span className={`${layout.clip} ${styles.name}`}>{jobTitle(job)}</span>
        <span className={`${layout.soft} ${layout.tabular}`}>{describeJob(job)}</span>
      </div>
      <ProgressBar value={job.totalBytes ? job.doneBytes / job.totalBytes : 0} tone={TONES[job.state]} />
      {job.torrent !== null && job.link !== null && (
        <Button size="small" icon="link" onClick={() => linkShown.set(job.torrent)}>
          {t.link}
        </Button>
      )}
      {job.state === 'done' && job.torrent && job.link === null && (
        <Link href={`/torrents/${job.torrent}`} className={buttonClass('plain', 'small')}>
          {t.open}
        </Link>
      )}
      <IconButton
        icon="close"
        size="small"
        label={running ? t.cancel : t.dismiss}
        onClick={() => node.cancelJob(job).catch(notifyError)}
      />
    </li>
  )
}

function describeJob({ kind, state, error, path, doneBytes, totalBytes, bytesPerSecond }: Job): string {
  if (error) return errorMessage(error)
  if (state === 'waiting') return t.waiting
  // The content of a sealed share has another name.
  if (state === 'done') return kind === 'unseal' && path !== null ? path : t.done
  if (state === 'cancelled') return t.cancelled
  const part =
    totalBytes === null
      ? formatBytes(doneBytes)
      : texts.list.of({ part: formatBytes(doneBytes), whole: formatBytes(totalBytes) })
  if (bytesPerSecond <= 0 || totalBytes === null) return part
  const time = formatDuration((totalBytes - doneBytes) / bytesPerSecond)
  return listOf(part, formatRate(bytesPerSecond), texts.list.left({ time }))
}

function Upload({ task }: { task: UploadTask }) {
  const { sentBytes, error } = useCell(task.progress)
  return (
    <li className={styles.job}>
      <div className={`${layout.wrap2} ${layout.shrink} ${styles.words}`}>
        <span className={`${layout.clip} ${styles.name}`}>{t.upload({ name: task.name })}</span>
        <span className={`${layout.soft} ${layout.tabular}`}>
          {error ?? texts.list.of({ part: formatBytes(sentBytes), whole: formatBytes(task.totalBytes) })}
        </span>
      </div>
      <ProgressBar
        value={task.totalBytes === 0 ? 0 : sentBytes / task.totalBytes}
        tone={error ? 'bad' : 'accent'}
      />
      <Button size="small" variant="quiet" onClick={() => task.cancel()}>
        {t.cancel}
      </Button>
    </li>
  )
}
