import { type ComponentType, Fragment, useState } from 'react'
import { TextArea, TextField } from '../controls/Field.tsx'
import layout from '../controls/layout.module.css'
import type { texts } from '../messages/sealing.ts'
import type { FormProblem } from '../sealing/seal-form.ts'
import { listWays, problemAt, type Way } from '../sealing/ways.ts'
import styles from './seal.module.css'

/** Texts of the form, which the console words for a node and the share page for a browser. */
type SealText = 'to' | Way | `${Way}Hint` | 'field' | 'again' | 'keys' | 'keysHint'

interface Props {
  readonly say: Pick<(typeof texts)['make'], SealText>
  readonly problem: FormProblem | null
  /** Says how strong a passphrase is. */
  readonly strength?: ComponentType<{ readonly passphrase: string }>
}

/** Form fields that define who can open a sealed share; `readSeal` reads them. */
export function SealFields({ say, problem, strength }: Props) {
  const [chosen, setChosen] = useState<Way>('key')
  return (
    <fieldset className={`${layout.stack3} ${layout.box} ${styles.ways}`}>
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
          {by === chosen && by === 'passphrase' && (
            <PassphraseFields
              field={say.field}
              again={say.again}
              problem={problem}
              {...(strength && { strength })}
            />
          )}
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

interface PassphraseProps {
  /** Labels of the two fields. */
  readonly field: string
  readonly again: string
  readonly problem: FormProblem | null
  readonly strength?: ComponentType<{ readonly passphrase: string }>
}

/** A new passphrase, written twice: the fields `passphrase` and `again`. */
export function PassphraseFields({ field, again, problem, strength: Strength }: PassphraseProps) {
  const [passphrase, setPassphrase] = useState('')
  const common = { type: 'password', autoComplete: 'new-password', maxLength: 1000 }
  return (
    <div className={layout.columns}>
      <div>
        <TextField
          {...common}
          label={field}
          error={problemAt(problem, 'passphrase')}
          name="passphrase"
          onChange={({ target }) => setPassphrase(target.value)}
        />
        {Strength && passphrase !== '' && <Strength passphrase={passphrase} />}
      </div>
      <TextField {...common} label={again} error={problemAt(problem, 'again')} name="again" />
    </div>
  )
}
