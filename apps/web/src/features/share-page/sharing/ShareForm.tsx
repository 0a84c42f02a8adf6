import { useEffect, useState } from 'react'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { FilePicker } from '../../../shared/forms/FilePicker.tsx'
import { texts as say } from '../../../shared/messages/sharing.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { type Chosen, named, toChosen } from '../chosen.ts'
import type { Dropped } from '../drops.ts'
import { useServices } from '../services.ts'
import { NameForm } from './NameForm.tsx'
import SharingState from './SharingState.tsx'
import styles from './sharing.module.css'
import { startSharing } from './sharing.ts'

/**
 * Creates a link from chosen or dropped files: asks for a name, hashes them, and then this page
 * seeds them.
 */
export function ShareForm() {
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const services = useServices()
  const sharing = useCell(services.sharing)
  const [problem, setProblem] = useState<string | null>(null)
  const take = (files: Dropped) => {
    const taken = files instanceof Error ? null : toChosen(files)
    setChosen(taken)
    setProblem(taken ? null : files instanceof Error ? say.unreadable : say.nothing)
  }
  useTaken(take)
  if (sharing?.state === 'running') return <SharingState />
  return (
    <div className={`${layout.stack3} ${layout.card} ${styles.form}`}>
      {sharing && <SharingState />}
      {problem && <Notice>{problem}</Notice>}
      {chosen ? (
        <NameForm
          key={chosen.name}
          chosen={chosen}
          onShare={(name, to) => void startSharing(services, named(chosen, name), to)}
          onBack={() => setChosen(null)}
        />
      ) : (
        <FilePicker say={say} size="large" onTake={take} />
      )}
    </div>
  )
}

/** Takes the files that are dropped on the page, now or before this form was shown. */
function useTaken(take: (dropped: Dropped) => void): void {
  const { dropped } = useServices()
  const latest = useCell(dropped)
  useEffect(() => {
    if (!latest) return
    take(latest)
    dropped.set(null)
  })
}
