import { useState } from 'react'
import { useLocation } from 'wouter'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { ownDevice } from '../../identity/own-device.ts'
import { useAccount, useHub } from '../../state/context.tsx'

const t = texts.account
const TYPED_CHARACTERS = 8

/** Everything that the hub stores about the member, to download or to delete. */
export function MyData() {
  const [isRemoving, setRemoving] = useState(false)
  return (
    <Card title={t.data}>
      <div className={layout.stack3}>
        <p className={layout.soft}>{t.dataBody}</p>
        <div className={layout.wrap2}>
          <a className={buttonClass()} href="/api/account/export" download>
            <Icon name="save" />
            {t.export}
          </a>
          <Button icon="trash" onClick={() => setRemoving(true)}>
            {t.remove}
          </Button>
        </div>
      </div>
      {isRemoving && <RemoveDialog onClose={() => setRemoving(false)} />}
    </Card>
  )
}

function RemoveDialog({ onClose }: { onClose(): void }) {
  const hub = useHub()
  const { did } = useAccount()!
  const [, go] = useLocation()
  const [typed, setTyped] = useState('')
  const { isBusy, failure, run } = useWork()
  const expected = did.slice(-TYPED_CHARACTERS)
  const remove = () =>
    run(async () => {
      await hub.api.deleteMyData({ did })
      await ownDevice.forget().catch(() => {})
      hub.account.set(null)
      notify(t.removed)
      go('/')
    })
  return (
    <FormDialog
      title={t.removeTitle}
      confirm={t.removeConfirm}
      disabled={isBusy || typed.trim() !== expected}
      className={layout.stack3}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>{t.removeBody}</p>
      <TextField
        label={t.removeType({ text: expected })}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      {failure !== null && <Problem error={failure} />}
    </FormDialog>
  )
}
