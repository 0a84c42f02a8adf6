import { CheckField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { SealFields } from '../../shared/forms/SealFields.tsx'
import { texts } from '../../shared/messages/texts.ts'
import type { FormProblem } from '../../shared/sealing/seal-form.ts'
import styles from './Add.module.css'

const t = texts.add.share.seal

interface Props {
  readonly sealed: boolean
  readonly problem: FormProblem | null
  onSealed(sealed: boolean): void
}

/** Chooses whether the share is sealed, and who can open it. */
export function SealChoice({ sealed, problem, onSealed }: Props) {
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <CheckField
        label={t.switch}
        hint={t.hint}
        checked={sealed}
        onChange={({ target }) => onSealed(target.checked)}
      />
      {sealed && <SealFields say={t} problem={problem} />}
    </div>
  )
}
