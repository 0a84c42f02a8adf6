import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice, ProgressBar } from '../../../shared/controls/Panels.tsx'
import type { DroppedFile } from '../../../shared/dropped/dropped.ts'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatDate, formatPercent } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { FilePicker } from '../../../shared/forms/FilePicker.tsx'
import { saying } from '../../../shared/messages/on-failure.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { texts as say } from '../../../shared/messages/sharing.ts'
import { named, toChosen } from '../chosen.ts'
import { useDropsOn } from '../drops.ts'
import { forgetShare, type OwnShare } from '../own-shares.ts'
import { type Services, useServices } from '../services.ts'
import styles from './sharing.module.css'

/**
 * Asks for the files of an earlier share: a page that was reloaded has lost access to them. Chosen
 * again, they are shared under the same link.
 */
export default function Again({ share }: { readonly share: OwnShare }) {
  const services = useServices()
  const { isBusy, failure, run } = useWork()
  const [progress, setProgress] = useState(0)
  const take = (open: () => Promise<readonly DroppedFile[]>) =>
    run(() => saying(async () => shareAgain(services, share, await open(), setProgress)))
  const forget = () => {
    location.hash = '#/'
    forgetShare(share.id)
    void services.peer.remove(share.id).catch(() => {})
  }
  const place = useDropsOn<HTMLElement>(take)
  return (
    <section ref={place} className={`${layout.stack3} ${layout.card} ${styles.form}`}>
      <Notice
        tone="info"
        action={
          <Button size="small" icon="trash" onClick={forget}>
            {texts.actions.forget}
          </Button>
        }
      >
        <p>{say.again}</p>
        <p className={layout.muted}>
          {say.sharedOn({ name: shownName(share.name), date: formatDate(share.sharedMs) })}
        </p>
      </Notice>
      {failure !== null && <Notice>{errorMessage(failure)}</Notice>}
      {isBusy ? (
        <>
          <p role="status">{say.hashing({ share: formatPercent(progress) })}</p>
          <ProgressBar value={progress} label={say.hashingLabel} />
        </>
      ) : (
        <FilePicker say={say} size="large" onTake={files => take(async () => files)} />
      )}
    </section>
  )
}

async function shareAgain(
  { peer, store, made, config }: Services,
  { id, name }: OwnShare,
  files: readonly DroppedFile[],
  onShare: (progress: number) => void,
): Promise<void> {
  const chosen = toChosen(files)
  if (!chosen) throw new Error(say.nothing)
  onShare(0)
  const options = { name, trackers: config.trackers.map(url => [url]), expected: id }
  const torrent = await peer.share(named(chosen, name).files, options, ({ doneBytes }) =>
    onShare(doneBytes / chosen.totalBytes),
  )
  made.add(torrent.id)
  store.put(torrent)
}
