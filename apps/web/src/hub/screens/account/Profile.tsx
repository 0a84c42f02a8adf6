import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CopyIcon } from '../../../shared/controls/CopyIcon.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { formatDate } from '../../../shared/format/format.ts'
import { controls } from '../../../shared/messages/controls.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useAccount, useHub } from '../../state/context.tsx'

const t = texts.account

export function Profile() {
  const hub = useHub()
  const { did, name, role, createdMs } = useAccount()!
  const [written, setWritten] = useState(name)
  const { isBusy, failure, run } = useWork()
  const save = () =>
    run(async () => {
      hub.account.set(await hub.api.changeAccount({ name: written.trim() }))
      notify(t.saved, { type: 'good' })
    })
  return (
    <Card title={t.profile}>
      <form
        className={layout.stack3}
        onSubmit={event => {
          event.preventDefault()
          save()
        }}
      >
        <TextField
          label={t.name}
          maxLength={64}
          value={written}
          onChange={event => setWritten(event.target.value)}
        />
        {failure !== null && <Problem error={failure} />}
        <div>
          <Button type="submit" disabled={isBusy || written.trim() === name}>
            {controls.save}
          </Button>
        </div>
        <dl className={layout.facts}>
          <div>
            <dt>{t.did}</dt>
            <dd className={layout.row1}>
              <span className={`${layout.mono} ${layout.break}`}>{did}</span>
              <CopyIcon text={did} what={t.did} />
            </dd>
          </div>
          <div>
            <dt>{t.role}</dt>
            <dd>{t.roles[role]}</dd>
          </div>
        </dl>
        <p className={layout.soft}>{t.since({ date: formatDate(createdMs, 'date') })}</p>
      </form>
    </Card>
  )
}
