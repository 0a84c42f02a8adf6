import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card, Notice } from '../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { PassphraseFields } from '../../../shared/forms/SealFields.tsx'
import { texts } from '../../../shared/messages/sealing.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import { readPassphrase } from '../../../shared/sealing/read-seal.ts'
import type { FormProblem } from '../../../shared/sealing/seal-form.ts'
import styles from '../view/view.module.css'
import type { MadeKey } from './messages.ts'
import sealing from './sealing.module.css'

const NewKey = lazy(() => import('./NewKey.tsx'))
const say = texts.yourKey

/** Makes a key. Its file is saved on the device and its public half is shown; the page keeps neither. */
export default function YourKey() {
  const [isOpen, setOpen] = useState(false)
  const [made, setMade] = useState<MadeKey | null>(null)
  return (
    <Card title={say.title}>
      {!made && <p className={layout.muted}>{say.hint}</p>}
      {!isOpen && (
        <div className={`${layout.wrap2} ${styles.actions} ${sealing.below}`}>
          <Button icon="lock" onClick={() => setOpen(true)}>
            {say.show}
          </Button>
        </div>
      )}
      {isOpen && !made && <PassphraseForm onMade={setMade} />}
      {made && (
        <Suspense>
          <NewKey made={made} />
        </Suspense>
      )}
    </Card>
  )
}

function PassphraseForm({ onMade }: { onMade(made: MadeKey): void }) {
  const { isBusy, failure, run } = useWork()
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    run(async () => {
      const passphrase = await readPassphrase(form)
      setProblem(passphrase instanceof Error ? passphrase : null)
      if (passphrase instanceof Error) return
      const [{ askWorker }] = await loaded(import('./ask-worker.ts'))
      onMade(await askWorker({ kind: 'make-key', passphrase }))
    })
  }
  return (
    <form className={`${layout.stack2} ${styles.linkField} ${sealing.below}`} onSubmit={submit}>
      {failure !== null && <Notice>{errorMessage(failure)}</Notice>}
      <PassphraseFields say={{ ...texts.make, field: say.field, again: say.again }} problem={problem} />
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <Button type="submit" variant="primary" disabled={isBusy}>
          {isBusy ? say.making : say.make}
        </Button>
      </div>
    </form>
  )
}
