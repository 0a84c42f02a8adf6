import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { More } from '../../parts/More.tsx'
import { personName, shortDid } from '../../parts/person.ts'
import { useAccounts, useHub, useHubInfo } from '../../state/context.tsx'
import styles from './moderation.module.css'

const t = texts.moderation

/**
 * Accounts that wait for approval. Shown if the hub approves new accounts, and while any account
 * waits.
 */
export function Waiting() {
  const { api } = useHub()
  const { registration } = useHubInfo()
  const list = useAccounts('waiting')
  const { isBusy, failure, run } = useWork()
  if (registration !== 'approval' && !list.items?.length) return null
  const decide = (did: string, deed: 'approve' | 'refuse') =>
    run(async () => {
      await (deed === 'approve' ? api.approveAccount({ did }) : api.refuseAccount({ did }))
      notify(deed === 'approve' ? t.approved : t.refused, { type: 'good' })
      list.set((list.items ?? []).filter(each => each.did !== did))
    })
  return (
    <Card title={t.waiting}>
      <div className={layout.stack3}>
        {list.items?.length === 0 && <p className={layout.soft}>{t.noWaiting}</p>}
        <ul className={layout.divided} aria-label={t.waiting}>
          {list.items?.map(person => (
            <li key={person.did} className={`${layout.wrap2} ${styles.item}`}>
              <div className={layout.grow}>
                <div className={layout.break}>{personName(person)}</div>
                <div className={layout.soft} title={person.did}>
                  {listOf(shortDid(person.did), t.asked({ date: formatDate(person.createdMs) }))}
                </div>
              </div>
              <Button size="small" disabled={isBusy} onClick={() => decide(person.did, 'approve')}>
                {t.approve}
              </Button>
              <Button
                size="small"
                variant="quiet"
                disabled={isBusy}
                onClick={() => decide(person.did, 'refuse')}
              >
                {t.refuse}
              </Button>
            </li>
          ))}
        </ul>
        {failure !== null && <Problem error={failure} />}
        <More list={list} />
      </div>
    </Card>
  )
}
