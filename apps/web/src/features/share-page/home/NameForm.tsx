import type { SealTo } from '@shoal/sealed'
import { type FormEvent, lazy, Suspense, useId, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { wordsOf } from '../../../shared/base/words-of.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts as sealing } from '../../../shared/messages/sealing.ts'
import { texts as say } from '../../../shared/messages/sharing.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import type { FormProblem } from '../../../shared/sealing/seal-form.ts'
import sealStyles from '../sealing/sealing.module.css'
import { Notice } from '../view/parts.tsx'
import view from '../view/view.module.css'
import type { Chosen } from './chosen.ts'

const SealFields = lazy(() => import('../sealing/SealFields.tsx'))

interface Props {
  readonly chosen: Chosen
  /** `to`: null shares it as it is. */
  onShare(name: string, to: SealTo | null): void
  onBack(): void
}

/** Under which name, and sealed or not. */
export function NameForm({ chosen, onShare, onBack }: Props) {
  const id = useId()
  const [seals, setSeals] = useState(false)
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const { isBusy, failure, run } = useWork()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = String(form.get('name') ?? '').trim()
    run(async () => {
      const to = await sealToOf(seals, form, setProblem)
      if (to !== undefined) onShare(name === '' ? chosen.name : name, to)
    })
  }
  return (
    <form className={view.linkField} onSubmit={submit}>
      {failure !== null && <Notice>{wordsOf(failure)}</Notice>}
      <label htmlFor={id}>{say.name}</label>
      <input id={id} name="name" className={view.input} defaultValue={chosen.name} autoComplete="off" />
      <p className={view.soft}>{say.chosen(chosen.files.length, formatBytes(chosen.totalBytes))}</p>
      <label className={sealStyles.choice}>
        <input type="checkbox" checked={seals} onChange={({ target }) => setSeals(target.checked)} />
        <span>
          {sealing.make.switch}
          <small>{sealing.make.hint}</small>
        </span>
      </label>
      {seals && (
        <Suspense>
          <SealFields problem={problem} />
        </Suspense>
      )}
      <div className={view.actions}>
        <Button type="submit" variant="primary" size="large" disabled={isBusy} icon={seals ? 'lock' : 'link'}>
          {seals ? sealing.make.button : say.make}
        </Button>
        <Button size="large" onClick={onBack}>
          {say.others}
        </Button>
      </div>
    </form>
  )
}

/** Null: not sealed. Undefined: something is wrong with what was filled in. */
async function sealToOf(
  seals: boolean,
  form: FormData,
  tell: (problem: FormProblem | null) => void,
): Promise<SealTo | null | undefined> {
  if (!seals) return null
  const [{ FormProblem, sealToOf }, { askWorker }] = await loaded(
    import('../../../shared/sealing/seal-form.ts'),
    import('../sealing/ask-worker.ts'),
  )
  try {
    tell(null)
    return await sealToOf(form, keys => askWorker({ kind: 'check-keys', keys }))
  } catch (error) {
    if (!(error instanceof FormProblem)) throw error
    tell(error)
    return undefined
  }
}
