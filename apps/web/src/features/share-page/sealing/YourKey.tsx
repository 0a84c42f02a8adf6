import { lazy, Suspense, useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/sealing.ts'
import { KeyPassphraseForm } from '../../../shared/own-key/KeyPassphraseForm.tsx'
import type { KeptKey } from '../../../shared/own-key/kept-key.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import styles from '../view/view.module.css'
import sealing from './sealing.module.css'

const NewKey = lazy(() => import('./NewKey.tsx'))
const say = texts.yourKey

/**
 * Creates a key. Its file is saved on the device and its public half is shown; the page stores
 * neither.
 */
export default function YourKey() {
  const [isOpen, setOpen] = useState(false)
  const [made, setMade] = useState<KeptKey | null>(null)
  const make = async (passphrase: string) => {
    const [{ askWorker }] = await loaded(import('./ask-worker.ts'))
    setMade(await askWorker({ kind: 'make-key', passphrase }))
  }
  return (
    <Card title={say.title}>
      {!made && <p className={layout.muted}>{say.hint}</p>}
      {!isOpen && (
        <div className={`${layout.wrap2} ${styles.actions} ${sealing.below}`}>
          <Button icon="lock" onClick={() => setOpen(true)}>
            {say.show}
          </Button>
        </div>
      )}
      {isOpen && !made && (
        <KeyPassphraseForm className={`${styles.linkField} ${sealing.below}`} onChosen={make}>
          {isBusy => (
            <div className={`${layout.wrap2} ${styles.actions}`}>
              <Button type="submit" variant="primary" disabled={isBusy}>
                {isBusy ? say.making : say.make}
              </Button>
            </div>
          )}
        </KeyPassphraseForm>
      )}
      {made && (
        <Suspense>
          <NewKey made={made} />
        </Suspense>
      )}
    </Card>
  )
}
