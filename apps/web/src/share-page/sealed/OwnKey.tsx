import type { Unlock } from '@shoal/sealed'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { texts } from '../../texts/sealing.ts'
import sealing from '../sealing/sealing.module.css'
import { TextField } from '../sealing/TextField.tsx'
import styles from '../view/view.module.css'
import { wordsOf } from '../view/words-of.ts'

const say = texts.own

interface Props {
  readonly disabled: boolean
  onGive(identities: NonNullable<Unlock['identities']>): void
}

/** Asks for the user's own key: it is kept as long as the page is open, and nowhere else. */
export default function OwnKey({ disabled, onGive }: Props) {
  const [file, setFile] = useState<Uint8Array | null>(null)
  const [isEncrypted, setEncrypted] = useState(false)
  const [isReading, setReading] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const choose = async (chosen: File | undefined) => {
    setFailure(null)
    const { isEncryptedKey, readKeyBytes } = await import('./own-keys.ts')
    const bytes = chosen ? await readKeyBytes(chosen) : null
    setFile(bytes)
    setEncrypted(bytes !== null && isEncryptedKey(bytes))
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setFailure(null)
    setReading(true)
    try {
      const { identitiesOf } = await import('./own-keys.ts')
      const [passphrase, pasted] = ['passphrase', 'pasted'].map(name => String(form.get(name) ?? ''))
      onGive(await identitiesOf({ file, passphrase: passphrase!, pasted: pasted! }))
    } catch (error) {
      setFailure(wordsOf(error))
    }
    setReading(false)
  }
  return (
    <form className={`${styles.linkField} ${sealing.below}`} onSubmit={event => void submit(event)}>
      <TextField
        label={say.file}
        hint={say.fileHint}
        type="file"
        onChange={({ target }) => void choose(target.files?.[0])}
      />
      {isEncrypted && <TextField label={say.passphrase} name="passphrase" type="password" required />}
      {file === null && <TextField label={say.paste} hint={say.pasteHint} name="pasted" isLong />}
      <p className={styles.soft}>{say.notStored}</p>
      {failure && (
        <p role="alert" className={styles.wrong}>
          {failure}
        </p>
      )}
      <div className={styles.actions}>
        <Button type="submit" disabled={disabled || isReading}>
          {texts.open}
        </Button>
      </div>
    </form>
  )
}
