import { estimateStrength, type Strength } from '@shoal/identity/passphrases'
import { Fragment, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { TextArea, TextField } from '../controls/Field.tsx'
import layout from '../controls/layout.module.css'
import { ProgressBar } from '../controls/Panels.tsx'
import type { texts } from '../messages/sealing.ts'
import type { FormProblem } from '../sealing/seal-form.ts'
import { listWays, problemAt, type Way } from '../sealing/ways.ts'
import styles from './seal.module.css'

/**
 * Texts of the form, which differ between the console (for a node) and the share page (for a
 * browser).
 */
type SealText = 'to' | Way | `${Way}Hint` | 'keys' | 'keysHint' | PassphraseText

interface Props {
  readonly say: Pick<(typeof texts)['make'], SealText>
  readonly problem: FormProblem | null
}

/**
 * Returns the problem until the fields change, since it belongs to the previous values, and a
 * function to call then.
 */
function useUnanswered(problem: FormProblem | null): [FormProblem | null, () => void] {
  const [answered, setAnswered] = useState<FormProblem | null>(null)
  return [problem === answered ? null : problem, () => setAnswered(problem)]
}

/** Form fields that define who can open a sealed share; `readSeal` reads them. */
export function SealFields({ say, problem: given }: Props) {
  const [chosen, setChosen] = useState<Way>('key')
  const [problem, answer] = useUnanswered(given)
  return (
    <fieldset className={`${layout.stack3} ${layout.box} ${styles.ways}`} onInput={answer}>
      <legend>{say.to}</legend>
      {listWays(say).map(({ by, label, hint }) => (
        <Fragment key={by}>
          <label className={`${layout.row2} ${layout.start}`}>
            <input type="radio" name="by" value={by} checked={chosen === by} onChange={() => setChosen(by)} />
            <span className={layout.stack}>
              {label}
              <small className={layout.soft}>{hint}</small>
            </span>
          </label>
          {by === chosen && by === 'passphrase' && <PassphraseFields say={say} problem={problem} />}
          {by === chosen && by === 'recipients' && (
            <TextArea
              label={say.keys}
              hint={say.keysHint}
              error={problemAt(problem, 'recipients')}
              name="recipients"
              rows={3}
              spellCheck={false}
              autoComplete="off"
              className={layout.mono}
            />
          )}
        </Fragment>
      ))}
    </fieldset>
  )
}

type PassphraseText = 'field' | 'again' | 'suggest' | 'show' | 'hide' | 'strength'

interface PassphraseProps {
  readonly say: Pick<(typeof texts)['make'], Exclude<PassphraseText, 'field' | 'again'>> & {
    /** Labels of the two fields. */
    readonly field: string
    readonly again: string
  }
  readonly problem: FormProblem | null
}

/** A new passphrase, written twice: the fields `passphrase` and `again`. */
export function PassphraseFields({ say, problem: given }: PassphraseProps) {
  const [problem, answer] = useUnanswered(given)
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [isShown, setShown] = useState(false)
  const suggest = async () => {
    const { makePassphrase } = await import('@shoal/identity/passphrases')
    const made = await makePassphrase()
    setPassphrase(made)
    setAgain(made)
    setShown(true)
    answer()
  }
  const common = { type: isShown ? 'text' : 'password', autoComplete: 'new-password', maxLength: 1000 }
  return (
    <div className={layout.stack2} onInput={answer}>
      <div className={layout.columns}>
        <div>
          <TextField
            {...common}
            label={say.field}
            error={problemAt(problem, 'passphrase')}
            name="passphrase"
            spellCheck={false}
            value={passphrase}
            onChange={({ target }) => setPassphrase(target.value)}
          />
          {passphrase !== '' && <PassphraseStrength passphrase={passphrase} say={say.strength} />}
        </div>
        <TextField
          {...common}
          label={say.again}
          error={problemAt(problem, 'again')}
          name="again"
          spellCheck={false}
          value={again}
          onChange={({ target }) => setAgain(target.value)}
        />
      </div>
      <div className={layout.wrap2}>
        <Button size="small" onClick={() => void suggest().catch(() => {})}>
          {say.suggest}
        </Button>
        <Button size="small" onClick={() => setShown(!isShown)}>
          {isShown ? say.hide : say.show}
        </Button>
      </div>
    </div>
  )
}

const TONES = { weak: 'bad', fair: 'warn', strong: 'good' } as const satisfies Record<Strength, string>
/** The strength at which the bar is full. */
const ENOUGH_BITS = 66

interface StrengthProps {
  readonly passphrase: string
  readonly say: Readonly<Record<Strength, string>>
}

function PassphraseStrength({ passphrase, say }: StrengthProps) {
  const { strength, bits } = estimateStrength(passphrase)
  return (
    <div className={`${layout.stack1} ${styles.strength}`}>
      <ProgressBar value={bits / ENOUGH_BITS} tone={TONES[strength]} />
      <p className={layout.soft} aria-live="polite">
        {say[strength]}
      </p>
    </div>
  )
}
