import { Fragment, useState } from 'react'
import { CheckField, TextArea, TextField } from '../../shared/controls/Field.tsx'
import { ProgressBar } from '../../shared/controls/Parts.tsx'
import { texts } from '../../shared/messages/texts.ts'
import type { FormProblem } from '../../shared/sealing/seal-form.ts'
import { WayChoice } from '../../shared/sealing/WayChoice.tsx'
import { problemAt, useWay, waysOf } from '../../shared/sealing/ways.ts'
import styles from './Add.module.css'
import { type Strength, strengthOf } from './strength.ts'

const t = texts.add.share.seal

const WAYS = waysOf(t)

interface Props {
  readonly sealed: boolean
  readonly problem: FormProblem | null
  onSealed(sealed: boolean): void
}

/** Whether it is sealed, and to whom: fields of the form around it, as `sealToOf` reads them. */
export function SealFields({ sealed, problem, onSealed }: Props) {
  const [by, setBy] = useWay()
  const wrong = (field: FormProblem['field']) => problemAt(problem, field)
  return (
    <div className={styles.form}>
      <CheckField
        label={t.switch}
        hint={t.hint}
        checked={sealed}
        onChange={({ target }) => onSealed(target.checked)}
      />
      {sealed && (
        <fieldset className={styles.ways}>
          <legend>{t.to}</legend>
          {WAYS.map(way => (
            <Fragment key={way.by}>
              <WayChoice way={way} chosen={by} className={styles.way} onChoose={setBy} />
              {by === way.by && by === 'passphrase' && <Passphrase wrong={wrong} />}
              {by === way.by && by === 'recipients' && (
                <TextArea
                  label={t.keys}
                  hint={t.keysHint}
                  error={wrong('recipients')}
                  name="recipients"
                  rows={3}
                  spellCheck={false}
                  autoComplete="off"
                  className={styles.mono}
                />
              )}
            </Fragment>
          ))}
        </fieldset>
      )}
    </div>
  )
}

const TONES = { weak: 'bad', fair: 'warn', strong: 'good' } as const satisfies Record<Strength, string>
/** Where the bar is full. */
const ENOUGH_BITS = 66

function Passphrase({ wrong }: { wrong(field: FormProblem['field']): string | undefined }) {
  const [passphrase, setPassphrase] = useState('')
  const { strength, bits } = strengthOf(passphrase)
  return (
    <div className={styles.pair}>
      <div>
        <TextField
          label={t.field}
          error={wrong('passphrase')}
          name="passphrase"
          type="password"
          autoComplete="new-password"
          maxLength={1000}
          onChange={({ target }) => setPassphrase(target.value)}
        />
        {passphrase !== '' && (
          <div className={styles.strength}>
            <ProgressBar value={bits / ENOUGH_BITS} tone={TONES[strength]} />
            <p className={styles.facts} aria-live="polite">
              {t.strength[strength]}
            </p>
          </div>
        )}
      </div>
      <TextField
        label={t.again}
        error={wrong('again')}
        name="again"
        type="password"
        autoComplete="new-password"
        maxLength={1000}
      />
    </div>
  )
}
