import { useEffect } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice, ProgressBar } from '../../../shared/controls/Panels.tsx'
import { formatPercent } from '../../../shared/format/format.ts'
import { texts as sealing } from '../../../shared/messages/sealing.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { texts as say } from '../../../shared/messages/sharing.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { useAskBeforeLeaving, useFragment } from '../hooks.ts'
import { type SharingState as State, useServices } from '../services.ts'
import view from '../view/view.module.css'
import styles from './sharing.module.css'

/** Shows the progress of files that are being shared, on every view. */
export default function SharingState() {
  const { sharing } = useServices()
  const fragment = useFragment()
  const state = useCell(sharing)
  const isSeen = state?.state === 'ready' && state.hash === fragment
  useEffect(() => {
    if (isSeen) sharing.set(null)
  }, [isSeen, sharing])
  if (state?.state === 'running') return <Running {...state} />
  if (state?.state === 'ready')
    return (
      <Notice tone="info" action={<a href={state.hash}>{say.toLink}</a>}>
        {say.ready({ name: state.name })}
      </Notice>
    )
  return state && <Failed words={state.words} onClose={() => sharing.set(null)} />
}

function Failed({ words, onClose }: { words: string; onClose(): void }) {
  return (
    <Notice
      action={
        <Button size="small" onClick={onClose}>
          {texts.actions.close}
        </Button>
      }
    >
      {words}
    </Notice>
  )
}

function Running({ step, share, cancel }: Extract<State, { state: 'running' }>) {
  const { sealing: sealed, sealingLabel } = sealing.make
  const isSealing = step === 'sealing'
  useAskBeforeLeaving(isSealing)
  return (
    <div className={`${layout.stack3} ${layout.card} ${styles.form}`}>
      <p role="status">{(isSealing ? sealed : say.hashing)({ share: formatPercent(share) })}</p>
      <ProgressBar value={share} label={isSealing ? sealingLabel : say.hashingLabel} />
      <div className={`${layout.wrap2} ${view.actions}`}>
        <Button size="large" onClick={cancel}>
          {texts.actions.cancel}
        </Button>
      </div>
    </div>
  )
}
