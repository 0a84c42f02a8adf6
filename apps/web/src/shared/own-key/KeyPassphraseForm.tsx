import { type FormEvent, type ReactNode, useState } from 'react'
import { useWork } from '../base/use-work.ts'
import layout from '../controls/layout.module.css'
import { Notice } from '../controls/Panels.tsx'
import { errorMessage } from '../format/error-message.ts'
import { PassphraseFields } from '../forms/SealFields.tsx'
import { texts } from '../messages/sealing.ts'
import { readPassphrase } from '../sealing/read-seal.ts'
import type { FormProblem } from '../sealing/seal-form.ts'

const say = texts.yourKey

interface Props {
  readonly id?: string
  readonly className?: string
  /** Called with a passphrase that is hard to guess. */
  onChosen(passphrase: string): Promise<void>
  /** Returns the button that submits the form. */
  children?(isBusy: boolean): ReactNode
}

/** Asks for the passphrase of a new key file. */
export function KeyPassphraseForm({ id, className = '', onChosen, children }: Props) {
  const { isBusy, failure, run } = useWork()
  const [problem, setProblem] = useState<FormProblem | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    run(async () => {
      const passphrase = await readPassphrase(form)
      setProblem(passphrase instanceof Error ? passphrase : null)
      if (!(passphrase instanceof Error)) await onChosen(passphrase)
    })
  }
  return (
    <form id={id} className={`${layout.stack2} ${className}`} onSubmit={submit}>
      {failure !== null && <Notice>{errorMessage(failure)}</Notice>}
      <PassphraseFields say={{ ...texts.make, field: say.field, again: say.again }} problem={problem} />
      {children?.(isBusy)}
    </form>
  )
}
