import type { KeyPair } from '@shoal/identity'
import { useId, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { CopyButton } from '../controls/CopyButton.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { TextField } from '../controls/Field.tsx'
import layout from '../controls/layout.module.css'
import { Notice } from '../controls/Panels.tsx'
import { controls } from '../messages/controls.ts'
import { texts as sealing } from '../messages/sealing.ts'
import { texts } from '../messages/texts.ts'
import { KeyPassphraseForm } from './KeyPassphraseForm.tsx'
import { type KeptKey, keepKey } from './kept-key.ts'
import { SaveKey } from './SaveKey.tsx'

const t = texts.ownKey
const say = sealing.yourKey

interface Props {
  onMade(pair: KeyPair): void
  onClose(): void
}

interface Made {
  readonly pair: KeyPair
  readonly key: KeptKey
  readonly isKept: boolean
}

/**
 * Creates the user's key: asks for a passphrase, stores the key in this browser, and lets the user
 * save its file.
 */
export function MakeKeyDialog({ onMade, onClose }: Props) {
  const id = useId()
  const [made, setMade] = useState<Made | null>(null)
  const [isSaved, setSaved] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const make = async (passphrase: string) => {
    setBusy(true)
    try {
      const { makeKey } = await import('./key-work.ts')
      const { pair, made: key } = await makeKey(passphrase)
      setMade({ pair, key, isKept: await keepKey(key) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      title={t.make}
      // A new key is used even if the dialog is closed: this browser has stored it.
      onClose={made ? () => onMade(made.pair) : onClose}
      footer={
        made ? (
          <Button variant="primary" disabled={!isSaved} onClick={() => onMade(made.pair)}>
            {t.continue}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{controls.cancel}</Button>
            <Button type="submit" form={id} variant="primary" disabled={isBusy}>
              {isBusy ? say.making : say.make}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <div className={layout.stack4}>
          <p role="status">{made.isKept ? t.madeKept : t.madeNotKept}</p>
          <div>
            <SaveKey file={made.key.file} onSave={() => setSaved(true)} />
          </div>
          <Notice tone="warn">{t.lost}</Notice>
          <div className={layout.stack2}>
            <TextField
              label={say.label}
              readOnly
              value={made.key.recipient}
              className={layout.mono}
              onFocus={({ target }) => target.select()}
            />
            <div>
              <CopyButton text={made.key.recipient} />
            </div>
          </div>
        </div>
      ) : (
        <div className={layout.stack4}>
          <p className={layout.soft}>{t.makeIntro}</p>
          <KeyPassphraseForm id={id} onChosen={make} />
        </div>
      )}
    </Dialog>
  )
}
