import { CheckField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { ProgressBar } from '../../shared/controls/Panels.tsx'
import { SealFields } from '../../shared/forms/SealFields.tsx'
import { texts } from '../../shared/messages/texts.ts'
import type { FormProblem } from '../../shared/sealing/seal-form.ts'
import styles from './Add.module.css'
import { estimateStrength, type Strength } from './strength.ts'

const t = texts.add.share.seal

interface Props {
  readonly sealed: boolean
  readonly problem: FormProblem | null
  onSealed(sealed: boolean): void
}

/** Whether the share is sealed, and who can open it then. */
export function SealChoice({ sealed, problem, onSealed }: Props) {
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <CheckField
        label={t.switch}
        hint={t.hint}
        checked={sealed}
        onChange={({ target }) => onSealed(target.checked)}
      />
      {sealed && <SealFields say={t} problem={problem} strength={PassphraseStrength} />}
    </div>
  )
}

const TONES = { weak: 'bad', fair: 'warn', strong: 'good' } as const satisfies Record<Strength, string>
/** The bar is full from here on. */
const ENOUGH_BITS = 66

function PassphraseStrength({ passphrase }: { readonly passphrase: string }) {
  const { strength, bits } = estimateStrength(passphrase)
  return (
    <div className={`${layout.stack1} ${styles.strength}`}>
      <ProgressBar value={bits / ENOUGH_BITS} tone={TONES[strength]} />
      <p className={layout.soft} aria-live="polite">
        {t.strength[strength]}
      </p>
    </div>
  )
}
