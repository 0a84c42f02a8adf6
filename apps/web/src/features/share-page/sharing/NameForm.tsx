import type { SealTo } from '@shoal/sealed'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CheckField, TextField } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts as sealing } from '../../../shared/messages/sealing.ts'
import { texts as say } from '../../../shared/messages/sharing.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import { readSeal } from '../../../shared/sealing/read-seal.ts'
import type { FormProblem } from '../../../shared/sealing/seal-form.ts'
import type { Chosen } from '../chosen.ts'
import view from '../view/view.module.css'

const SealFields = lazy(() =>
  import('../../../shared/forms/SealFields.tsx').then(it => ({ default: it.SealFields })),
)

interface Props {
  readonly chosen: Chosen
  /** `to` is null if the share is not sealed. */
  onShare(name: string, to: SealTo | null): void
  onBack(): void
}

/** Sets the name of the share, and whether it is sealed. */
export function NameForm({ chosen, onShare, onBack }: Props) {
  const [seals, setSeals] = useState(false)
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const { isBusy, failure, run } = useWork()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = String(form.get('name') ?? '').trim()
    run(async () => {
      const to = seals ? await readSeal(form, askToCheck) : null
      setProblem(to instanceof Error ? to : null)
      if (!(to instanceof Error)) onShare(name === '' ? chosen.name : name, to)
    })
  }
  return (
    <form className={`${layout.stack2} ${view.linkField}`} onSubmit={submit}>
      {failure !== null && <Notice>{errorMessage(failure)}</Notice>}
      <TextField
        label={say.name}
        hint={describe(chosen)}
        name="name"
        defaultValue={chosen.name}
        autoComplete="off"
      />
      <CheckField
        label={sealing.make.switch}
        hint={sealing.make.hint}
        checked={seals}
        onChange={({ target }) => setSeals(target.checked)}
      />
      {/* The buttons move down when the fields appear: a click that starts before would be lost. */}
      <Suspense fallback={<Actions {...{ seals, onBack }} disabled />}>
        {seals && <SealFields say={sealing.make} problem={problem} />}
        <Actions {...{ seals, onBack }} disabled={isBusy} />
      </Suspense>
    </form>
  )
}

interface ActionsProps extends Pick<Props, 'onBack'> {
  readonly seals: boolean
  readonly disabled: boolean
}

function Actions({ seals, disabled, onBack }: ActionsProps) {
  return (
    <div className={`${layout.wrap2} ${view.actions}`}>
      <Button type="submit" variant="primary" size="large" disabled={disabled} icon={seals ? 'lock' : 'link'}>
        {seals ? sealing.make.button : say.make}
      </Button>
      <Button size="large" onClick={onBack}>
        {say.others}
      </Button>
    </div>
  )
}

function describe({ files, totalBytes, hiddenCount }: Chosen): string {
  const chosen = say.chosen({ count: files.length, size: formatBytes(totalBytes) })
  return hiddenCount === 0 ? chosen : `${chosen}. ${say.hidden({ count: hiddenCount })}`
}

async function askToCheck(keys: readonly string[]): Promise<readonly string[]> {
  const [{ askWorker }] = await loaded(import('../sealing/ask-worker.ts'))
  return askWorker({ kind: 'check-keys', keys })
}
