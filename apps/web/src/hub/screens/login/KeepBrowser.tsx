import { useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
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

/**
 * Asks a user whose passkey has decrypted the root key whether this browser should become a device.
 */
export function KeepBrowser({ isBusy, failure, onKeep, onSkip }: Props) {
  const [name, setName] = useState<string>(texts.join_.deviceDefault)
  return (
    <Form
      className={layout.stack4}
      confirm={texts.account.addThis}
      variant="primary"
      size="large"
      disabled={isBusy || name.trim() === ''}
      other={
        <Button variant="quiet" size="large" disabled={isBusy} onClick={onSkip}>
          {t.notNow}
        </Button>
      }
      onSubmit={() => onKeep(name.trim())}
    >
      <p className={layout.soft}>{t.keepBody}</p>
      <TextField
        label={texts.join_.device}
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <PasskeyProblem failure={failure} />
    </Form>
  )
}
