import { useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/hub.ts'
import { PasskeyProblem } from '../../../shared/passkeys/PasskeyProblem.tsx'

const t = texts.login

interface Props {
  readonly isBusy: boolean
  readonly failure: unknown
  onKeep(deviceName: string): void
  onSkip(): void
}

/** Asks somebody whose passkey has opened the root key whether this browser shall become a device. */
export function KeepBrowser({ isBusy, failure, onKeep, onSkip }: Props) {
  const [name, setName] = useState<string>(texts.join_.deviceDefault)
  return (
    <form
      className={layout.stack4}
      onSubmit={event => {
        event.preventDefault()
        onKeep(name.trim())
      }}
    >
      <p className={layout.soft}>{t.keepBody}</p>
      <TextField
        label={texts.join_.device}
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <PasskeyProblem failure={failure} />
      <div className={layout.wrap2}>
        <Button type="submit" variant="primary" size="large" disabled={isBusy || name.trim() === ''}>
          {texts.account.addThis}
        </Button>
        <Button variant="quiet" size="large" disabled={isBusy} onClick={onSkip}>
          {t.notNow}
        </Button>
      </div>
    </form>
  )
}
