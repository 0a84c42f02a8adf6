import { useState } from 'react'
import { texts } from '../../texts/sealing.ts'
import type { FormProblem } from './seal-form.ts'
import styles from './sealing.module.css'
import { TextField } from './TextField.tsx'

const say = texts.make

const WAYS = [
  { by: 'key', label: say.key, hint: say.keyHint },
  { by: 'passphrase', label: say.passphrase, hint: say.passphraseHint },
  { by: 'recipients', label: say.recipients, hint: say.recipientsHint },
] as const

/** To whom it is sealed, as fields of the form around it (`sealToOf`). */
export default function SealFields({ problem }: { readonly problem: FormProblem | null }) {
  const [by, setBy] = useState<(typeof WAYS)[number]['by']>('key')
  const wrong = (field: FormProblem['field']) => (problem?.field === field ? problem.message : null)
  return (
    <fieldset className={styles.fields}>
      <legend>{say.to}</legend>
      {WAYS.map(way => (
        <label key={way.by} className={styles.choice}>
          <input
            type="radio"
            name="by"
            value={way.by}
            checked={by === way.by}
            onChange={() => setBy(way.by)}
          />
          <span>
            {way.label}
            <small>{way.hint}</small>
          </span>
        </label>
      ))}
      {by === 'passphrase' && (
        <>
          <TextField label={say.field} name="passphrase" type="password" problem={wrong('passphrase')} />
          <TextField label={say.again} name="again" type="password" problem={wrong('again')} />
        </>
      )}
      {by === 'recipients' && (
        <TextField
          label={say.keys}
          hint={say.keysHint}
          name="recipients"
          isLong
          problem={wrong('recipients')}
        />
      )}
    </fieldset>
  )
}
