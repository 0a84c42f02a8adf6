import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button, IconButton } from '../../../shared/controls/Button.tsx'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { formatAgo, formatDate, listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub } from '../../state/context.tsx'

const t = texts.account

export function MySessions() {
  const { api } = useHub()
  const asked = useAnswer(signal => api.listSessions({}, { signal }), [])
  const { isBusy, run } = useWork()
  const items = asked.value?.items
  const change = (ask: () => ReturnType<typeof api.listSessions>) =>
    run(() => ask().then(asked.set, notifyError))
  return (
    <Card title={t.sessions}>
      {items ? (
        <div className={layout.stack3}>
          <ul className={layout.divided} aria-label={t.sessions}>
            {items.map(({ id, label, seenMs, expiresMs, current }) => (
              <li key={id} className={`${layout.row2} ${layout.entry}`}>
                <div className={layout.grow}>
                  <div className={layout.break}>{label}</div>
                  <div className={layout.soft}>
                    {listOf(
                      current ? t.own : t.seen({ ago: formatAgo(seenMs) }),
                      t.expires({ date: formatDate(expiresMs, 'date') }),
                    )}
                  </div>
                </div>
                {!current && (
                  <IconButton
                    icon="logout"
                    label={t.end({ label })}
                    disabled={isBusy}
                    onClick={() => change(() => api.endSession({ id }))}
                  />
                )}
              </li>
            ))}
          </ul>
          {items.length > 1 && (
            <div>
              <Button disabled={isBusy} onClick={() => change(() => api.endOtherSessions({}))}>
                {t.endOthers}
              </Button>
            </div>
          )}
        </div>
      ) : (
        <Waiting asked={asked} />
      )}
    </Card>
  )
}
