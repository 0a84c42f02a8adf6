import { type FormEvent, lazy, Suspense, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { texts } from '../../texts/sealing.ts'
import { Notice, Section } from '../view/parts.tsx'
import styles from '../view/view.module.css'
import { wordsOf } from '../view/words-of.ts'
import type { MadeKey } from './messages.ts'
import type { FormProblem } from './seal-form.ts'
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
  const [isMaking, setMaking] = useState(false)
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [passphrase, again] = ['passphrase', 'again'].map(name => String(form.get(name) ?? ''))
    const [{ FormProblem, twice }, { askWorker }] = await Promise.all([
      import('./seal-form.ts'),
      import('./ask-worker.ts'),
    ])
    setProblem(null)
    setFailure(null)
    setMaking(true)
    try {
      onMade(await askWorker({ kind: 'make-key', passphrase: twice(passphrase!, again!) }))
    } catch (error) {
      if (error instanceof FormProblem) setProblem(error)
      else setFailure(wordsOf(error))
    }
    setMaking(false)
  }
  const wrong = (field: FormProblem['field']) => (problem?.field === field ? problem.message : null)
  return (
    <form className={`${styles.linkField} ${sealing.below}`} onSubmit={event => void submit(event)}>
      {failure && <Notice>{failure}</Notice>}
      <TextField label={say.field} name="passphrase" type="password" problem={wrong('passphrase')} />
      <TextField label={say.again} name="again" type="password" problem={wrong('again')} />
      <div className={styles.actions}>
        <Button type="submit" variant="primary" disabled={isMaking}>
          {isMaking ? say.making : say.make}
        </Button>
      </div>
    </form>
  )
}
