import { useEffect, useRef, useState } from 'react'
import { pickedFiles } from '../../add/dropped.ts'
import type { DroppedFile } from '../../app/ui.ts'
import { Button } from '../../components/Button.tsx'
import { Icon } from '../../components/Icon.tsx'
import { formatPercent } from '../../format/format.ts'
import { useCell } from '../../node/context.tsx'
import { texts as sealing } from '../../texts/sealing.ts'
import { texts } from '../../texts/share-page.ts'
import { texts as say } from '../../texts/sharing.ts'
import { useServices } from '../services.ts'
import type { Dropped } from '../use-dropped.ts'
import { Bar, Notice } from '../view/parts.tsx'
import { useAskBeforeLeaving } from '../view/use-ask-before-leaving.ts'
import view from '../view/view.module.css'
import { type Chosen, chosenOf, named } from './chosen.ts'
import styles from './home.module.css'
import { NameForm } from './NameForm.tsx'
import { type Sharing, useSharing } from './use-sharing.ts'

/** Files to a link: chosen or dropped, named, hashed; then this page seeds them. */
export function ShareForm() {
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const sharing = useSharing()
  const [problem, setProblem] = useState<string | null>(null)
  const take = (files: Dropped) => {
    const taken = files instanceof Error ? null : chosenOf(files)
    setChosen(taken)
    setProblem(taken ? null : files instanceof Error ? say.unreadable : say.nothing)
  }
  useTaken(take)
  if (sharing.running) return <Running {...sharing.running} onCancel={sharing.cancel} />
  return (
    <div className={styles.form}>
      {sharing.failure && <Notice>{sharing.failure}</Notice>}
      {problem && <Notice>{problem}</Notice>}
      {chosen ? (
        <NameForm
          key={chosen.name}
          chosen={chosen}
          onShare={(name, to) => sharing.start(named(chosen, name), to)}
          onBack={() => setChosen(null)}
        />
      ) : (
        <Picker onTake={take} />
      )}
    </div>
  )
}

function Picker({ onTake }: { onTake(files: readonly DroppedFile[]): void }) {
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

function Running({ step, share, onCancel }: NonNullable<Sharing['running']> & { onCancel(): void }) {
  const { sealing: sealed, sealingLabel } = sealing.make
  const isSealing = step === 'sealing'
  useAskBeforeLeaving(isSealing)
  return (
    <div className={styles.form}>
      <p role="status">{(isSealing ? sealed : say.hashing)(formatPercent(share))}</p>
      <Bar value={share} label={isSealing ? sealingLabel : say.hashingLabel} />
      <div className={view.actions}>
        <Button size="large" onClick={onCancel}>
          {texts.actions.cancel}
        </Button>
      </div>
    </div>
  )
}

/** What was dropped on the page, here or before it came here. */
function useTaken(take: (dropped: Dropped) => void): void {
  const { dropped } = useServices()
  const latest = useCell(dropped)
  useEffect(() => {
    if (!latest) return
    take(latest)
    dropped.set(null)
  })
}
