import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { ReasonDialog } from '../../parts/ReasonDialog.tsx'
import { useHub } from '../../state/context.tsx'

const t = texts.moderation
const MAX_SECONDS = 86_400

/** Sets the minimum time between two posts of a user. */
export function SlowMode() {
  const { api } = useHub()
  const asked = useAnswer(signal => api.getSlowMode({}, { signal }), [])
  const [typed, setTyped] = useState<string | null>(null)
  const [isSetting, setSetting] = useState(false)
  const now = asked.value?.everybodySeconds
  const seconds = Number(typed ?? now)
  return (
    <Card title={t.slow}>
      {now === undefined ? (
        <Waiting asked={asked} />
      ) : (
        <Form confirm={t.slowSet} disabled={seconds === now} onSubmit={() => setSetting(true)}>
          <p className={layout.soft}>{t.slowBody}</p>
          <TextField
            label={t.slowSeconds}
            type="number"
            min={0}
            max={MAX_SECONDS}
            required
            value={typed ?? String(now)}
            onChange={event => setTyped(event.target.value)}
          />
        </Form>
      )}
      {isSetting && (
        <ReasonDialog
          title={t.slow}
          label={t.reason}
          hint={t.reasonHint}
          confirm={t.slowSet}
          onSend={async reason => {
            await api.setSlowMode({ did: null, seconds, reason })
            notify(t.done, { type: 'good' })
            setTyped(null)
            asked.reload()
          }}
          onClose={() => setSetting(false)}
        />
      )}
    </Card>
  )
}
