import type { Unlock } from '@shoal/sealed'
import { type FormEvent, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextArea, TextField } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { loadReasons, saying } from '../../../shared/messages/on-failure.ts'
import { texts } from '../../../shared/messages/sealing.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import styles from '../view/view.module.css'
import sealing from './sealing.module.css'

const say = texts.own

interface Props {
  readonly disabled: boolean
  onGive(identities: NonNullable<Unlock['identities']>): void
}

/** Asks for the user's own key: it is kept only in memory, while the page is open. */
export default function OwnKey({ disabled, onGive }: Props) {
  const [file, setFile] = useState<Uint8Array | null>(null)
  const [isEncrypted, setEncrypted] = useState(false)
  const { isBusy, failure, run } = useWork()
  const [unread, setUnread] = useState<unknown>(null)
  const wrong = failure ?? unread
  // The last choice wins, whatever is still running.
  const choose = async (chosen: File | undefined) => {
    setUnread(null)
    try {
      const [{ isEncryptedKey, readKeyBytes }] = await loaded(import('./own-keys.ts'))
      const bytes = chosen ? await readKeyBytes(chosen) : null
      setFile(bytes)
      setEncrypted(bytes !== null && isEncryptedKey(bytes))
    } catch (error) {
      await loadReasons()
      setUnread(error)
    }
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [passphrase = '', pasted = ''] = ['passphrase', 'pasted'].map(name => String(form.get(name) ?? ''))
    run(() =>
      saying(async () => {
        const [{ readIdentities }] = await loaded(import('./own-keys.ts'))
        onGive(await readIdentities({ file, passphrase, pasted }))
      }),
    )
  }
  return (
    <form className={`${layout.stack2} ${styles.linkField} ${sealing.below}`} onSubmit={submit}>
      <TextField
        label={say.file}
        hint={say.fileHint}
        type="file"
        onChange={({ target }) => void choose(target.files?.[0])}
      />
      {isEncrypted && (
        <TextField label={say.passphrase} name="passphrase" type="password" autoComplete="off" required />
      )}
      {file === null && (
        <TextArea
          label={say.paste}
          hint={say.pasteHint}
          name="pasted"
          rows={3}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <p className={layout.muted}>{say.notStored}</p>
      {wrong !== null && (
        <p role="alert" className={layout.bad}>
          {errorMessage(wrong)}
        </p>
      )}
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <Button type="submit" variant="primary" disabled={disabled || isBusy}>
          {texts.open}
        </Button>
      </div>
    </form>
  )
}
