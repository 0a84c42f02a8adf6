import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { QrCode } from '../../../shared/controls/QrCode.tsx'
import type { BrowserDevice } from '../../../shared/identity/device-store.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { ownDevice } from '../../identity/own-device.ts'

const t = texts.login

/**
 * Creates a key for this browser, and describes it as text and as a code for a node, which adds it
 * to the devices of its user.
 */
export function DescribeBrowser({ onDescribed }: { onDescribed(device: BrowserDevice): void }) {
  const [did, setDid] = useState('')
  const [name, setName] = useState<string>(texts.join_.deviceDefault)
  const { isBusy, failure, run } = useWork()
  const make = () =>
    run(async () => {
      const { describeThisBrowser } = await import('../../../shared/identity/identity.ts')
      const device = await describeThisBrowser(did.trim(), name.trim())
      await ownDevice.save(device)
      onDescribed(device)
    })
  return (
    <Card title={t.byNode}>
      <Form
        confirm={t.describe}
        disabled={isBusy || did.trim() === '' || name.trim() === ''}
        failure={failure}
        onSubmit={make}
      >
        <p className={layout.soft}>{t.byNodeBody}</p>
        <TextField
          label={texts.account.did}
          required
          pattern="did:key:z[1-9A-HJ-NP-Za-km-z]+"
          maxLength={256}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={did}
          onChange={event => setDid(event.target.value)}
        />
        <TextField
          label={texts.join_.device}
          required
          maxLength={64}
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </Form>
    </Card>
  )
}

/** The description of a browser that is not on a list yet, as far as this browser knows. */
export function BrowserDescription({ text }: { readonly text: string }) {
  return (
    <div className={layout.stack3}>
      <p className={layout.soft}>{t.described}</p>
      <code className={`${layout.mono} ${layout.break}`}>{text}</code>
      <QrCode text={text} label={t.describedCode} />
      <div>
        <CopyButton text={text}>{t.copyDescription}</CopyButton>
      </div>
    </div>
  )
}
