import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { wordsOf } from '../../../shared/base/words-of.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { texts } from '../../../shared/messages/sealing.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import type { FormProblem } from '../../../shared/sealing/seal-form.ts'
import { problemAt } from '../../../shared/sealing/ways.ts'
import { Notice, Section } from '../view/parts.tsx'
import styles from '../view/view.module.css'
import type { MadeKey } from './messages.ts'
import sealing from './sealing.module.css'
import { TextField } from './TextField.tsx'

const NewKey = lazy(() => import('./NewKey.tsx'))
const say = texts.yourKey

/** Makes a key for whoever has none: its file is saved on the device, and its public half is shown. Nothing of it stays here. */
export default function YourKey() {
  const [isOpen, setOpen] = useState(false)
  const [made, setMade] = useState<MadeKey | null>(null)
  return (
    <Section title={say.title}>
      {!made && <p className={styles.soft}>{say.hint}</p>}
      {!isOpen && (
        <div className={`${styles.actions} ${sealing.below}`}>
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
    </Section>
  )
}

function PassphraseForm({ onMade }: { onMade(made: MadeKey): void }) {
  const { isBusy, failure, run } = useWork()
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    run(async () => {
      const made = await makeKey(form, setProblem)
      if (made) onMade(made)
    })
  }
  const wrong = (field: FormProblem['field']) => problemAt(problem, field)
  return (
    <form className={`${styles.linkField} ${sealing.below}`} onSubmit={submit}>
      {failure !== null && <Notice>{wordsOf(failure)}</Notice>}
      <TextField label={say.field} name="passphrase" type="password" problem={wrong('passphrase')} />
      <TextField label={say.again} name="again" type="password" problem={wrong('again')} />
      <div className={styles.actions}>
        <Button type="submit" variant="primary" disabled={isBusy}>
          {isBusy ? say.making : say.make}
        </Button>
      </div>
    </form>
  )
}

/** Null: something is wrong with what was filled in. */
async function makeKey(form: FormData, tell: (problem: FormProblem | null) => void): Promise<MadeKey | null> {
  const text = (field: string) => String(form.get(field) ?? '')
  const [{ FormProblem, twice }, { askWorker }] = await loaded(
    import('../../../shared/sealing/seal-form.ts'),
    import('./ask-worker.ts'),
  )
  try {
    tell(null)
    return await askWorker({ kind: 'make-key', passphrase: twice(text('passphrase'), text('again')) })
  } catch (error) {
    if (!(error instanceof FormProblem)) throw error
    tell(error)
    return null
  }
}
