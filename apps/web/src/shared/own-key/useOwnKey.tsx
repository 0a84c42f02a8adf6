import type { KeyPair } from '@shoal/identity'
import { type ReactNode, useState } from 'react'
import { useAnswer } from '../base/use-answer.ts'
import { Button } from '../controls/Button.tsx'
import { ConfirmDialog } from '../controls/ConfirmDialog.tsx'
import { TextField } from '../controls/Field.tsx'
import layout from '../controls/layout.module.css'
import { notify, notifyError } from '../controls/toasts.ts'
import { texts } from '../messages/texts.ts'
import { type KeptKey, keepKey, keptKey } from './kept-key.ts'
import { MakeKeyDialog } from './MakeKeyDialog.tsx'
import { SaveKey } from './SaveKey.tsx'

const t = texts.ownKey

export interface OwnKey {
  /** Inputs of the form that opens the key. */
  readonly fields: ReactNode
  /** Dialogs of the fields, which belong outside the form. */
  readonly dialogs: ReactNode
  /**
   * Opens the key with the fields of the form. Rejects with `wrong-passphrase` or `bad-key-file`.
   */
  open(form: FormData): Promise<KeyPair>
}

/**
 * Lets the user create a key, use the one that is stored in this browser, or choose a file. The key
 * never leaves the page.
 */
export function useOwnKey(): OwnKey {
  const kept = useAnswer(() => keptKey.load(), [])
  const [made, setMade] = useState<KeyPair | null>(null)
  const [isOther, setOther] = useState(false)
  const [asks, setAsks] = useState<'make' | 'forget' | null>(null)
  const forget = () =>
    keptKey.forget().then(() => {
      notify(t.forgotten)
      setMade(null)
      kept.reload()
    }, notifyError)
  return {
    fields: (
      <fieldset className={layout.stack3}>
        <legend className={layout.label}>{t.title}</legend>
        {made ? (
          <KeyOf did={made.did}>{t.ready}</KeyOf>
        ) : kept.value && !isOther ? (
          <Kept kept={kept.value} onOther={() => setOther(true)} onForget={() => setAsks('forget')} />
        ) : kept.value !== undefined ? (
          <Chosen
            isFirst={kept.value === null}
            onMake={() => setAsks('make')}
            onBack={() => setOther(false)}
          />
        ) : null}
      </fieldset>
    ),
    dialogs: (
      <>
        {asks === 'make' && (
          <MakeKeyDialog
            onMade={pair => {
              setMade(pair)
              setAsks(null)
              kept.reload()
            }}
            onClose={() => setAsks(null)}
          />
        )}
        {asks === 'forget' && kept.value && (
          <ConfirmDialog
            title={t.forgetTitle}
            description={t.forgetBody}
            confirm={t.forget}
            onConfirm={() => void forget()}
            onClose={() => setAsks(null)}
          >
            <SaveKey file={kept.value.file} variant="plain" />
          </ConfirmDialog>
        )}
      </>
    ),
    async open(form) {
      if (made) return made
      const { openKey } = await import('./key-work.ts')
      const passphrase = String(form.get('passphrase'))
      const chosen = form.get('key')
      if (chosen instanceof File) {
        const bytes = new Uint8Array(await chosen.arrayBuffer())
        const { pair, made: opened } = await openKey(bytes, passphrase)
        if (form.has('keep')) await keepKey(opened)
        return pair
      }
      const file = kept.value?.file
      if (!file) throw new Error(t.none)
      return (await openKey(file, passphrase)).pair
    },
  }
}

function KeyOf({ did, children }: { readonly did: string; readonly children: ReactNode }) {
  return (
    <div className={layout.stack1}>
      <p>{children}</p>
      <span className={`${layout.mono} ${layout.break}`}>{did}</span>
    </div>
  )
}

interface KeptProps {
  readonly kept: KeptKey
  onOther(): void
  onForget(): void
}

function Kept({ kept, onOther, onForget }: KeptProps) {
  return (
    <>
      <KeyOf did={kept.did}>{t.kept}</KeyOf>
      <TextField label={t.passphrase} name="passphrase" type="password" autoComplete="off" required />
      <div className={layout.wrap2}>
        <Button size="small" onClick={onOther}>
          {t.other}
        </Button>
        <Button size="small" onClick={onForget}>
          {t.forgetIt}
        </Button>
      </div>
    </>
  )
}

interface ChosenProps {
  /** Whether this browser has not stored a key. */
  readonly isFirst: boolean
  onMake(): void
  onBack(): void
}

function Chosen({ isFirst, onMake, onBack }: ChosenProps) {
  return (
    <>
      {isFirst && (
        <>
          <p className={layout.soft}>{t.intro}</p>
          <div>
            <Button icon="plus" onClick={onMake}>
              {t.make}
            </Button>
          </div>
        </>
      )}
      <TextField label={isFirst ? t.orFile : t.file} hint={t.fileHint} name="key" type="file" required />
      <TextField label={t.passphrase} name="passphrase" type="password" autoComplete="off" required />
      <label className={`${layout.row2} ${layout.start}`}>
        <input type="checkbox" name="keep" />
        <span className={layout.stack}>
          {isFirst ? t.keep : t.keepInstead}
          <small className={layout.soft}>{t.keepHint}</small>
        </span>
      </label>
      {!isFirst && (
        <div>
          <Button size="small" onClick={onBack}>
            {t.useKept}
          </Button>
        </div>
      )}
    </>
  )
}
