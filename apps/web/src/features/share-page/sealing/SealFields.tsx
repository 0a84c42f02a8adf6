import { texts } from '../../../shared/messages/sealing.ts'
import type { FormProblem } from '../../../shared/sealing/seal-form.ts'
import { WayChoice } from '../../../shared/sealing/WayChoice.tsx'
import { problemAt, useWay, waysOf } from '../../../shared/sealing/ways.ts'
import styles from './sealing.module.css'
import { TextField } from './TextField.tsx'

const say = texts.make

const WAYS = waysOf(say)

/** To whom it is sealed, as fields of the form around it (`sealToOf`). */
export default function SealFields({ problem }: { readonly problem: FormProblem | null }) {
  const [by, setBy] = useWay()
  const wrong = (field: FormProblem['field']) => problemAt(problem, field)
  return (
    <fieldset className={styles.fields}>
      <legend>{say.to}</legend>
      {WAYS.map(way => (
        <WayChoice key={way.by} way={way} chosen={by} className={styles.choice} onChoose={setBy} />
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
