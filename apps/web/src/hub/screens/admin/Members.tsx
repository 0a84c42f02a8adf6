import type { AccountInfo } from '@shoal/hub-api'
import { useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { controlClass } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { More } from '../../parts/More.tsx'
import { personName, shortDid } from '../../parts/person.ts'
import { ReasonDialog } from '../../parts/ReasonDialog.tsx'
import { useAccount, useAccounts, useHub } from '../../state/context.tsx'
import styles from './admin.module.css'

const t = texts.admin
const ROLES = ['member', 'moderator', 'admin'] as const

/** All accounts with their roles. Users cannot delete their own account here. */
export function Members() {
  const hub = useHub()
  const own = useAccount()!
  const list = useAccounts()
  const [removed, setRemoved] = useState<AccountInfo | null>(null)
  const setRole = ({ did }: AccountInfo, role: AccountInfo['role']) =>
    hub.api.setRole({ did, role }).then(changed => {
      notify(t.changed, { type: 'good' })
      list.set((list.items ?? []).map(each => (each.did === did ? changed : each)))
      if (did === own.did) hub.account.set(changed)
    }, notifyError)
  return (
    <Card title={t.members}>
      <div className={layout.stack3}>
        <ul className={layout.divided} aria-label={t.members}>
          {list.items?.map(member => (
            <li key={member.did} className={`${layout.wrap2} ${layout.entry}`}>
              <div className={layout.grow}>
                <div className={layout.break}>{personName(member)}</div>
                <div className={layout.soft} title={member.did}>
                  {listOf(
                    shortDid(member.did),
                    texts.account.since({ date: formatDate(member.createdMs, 'date') }),
                    member.state === 'active' ? null : t.states[member.state],
                  )}
                </div>
              </div>
              <select
                className={`${controlClass} ${styles.role}`}
                aria-label={t.role({ name: personName(member) })}
                value={member.role}
                onChange={event => setRole(member, event.target.value as AccountInfo['role'])}
              >
                {ROLES.map(role => (
                  <option key={role} value={role}>
                    {texts.account.roles[role]}
                  </option>
                ))}
              </select>
              {member.did !== own.did && (
                <Button
                  size="small"
                  variant="quiet"
                  aria-label={t.removeTitle({ name: personName(member) })}
                  onClick={() => setRemoved(member)}
                >
                  {t.remove}
                </Button>
              )}
            </li>
          ))}
        </ul>
        <More list={list} />
      </div>
      {removed && (
        <ReasonDialog
          title={t.removeTitle({ name: personName(removed) })}
          label={texts.moderation.reason}
          hint={t.removeHint}
          confirm={t.remove}
          onSend={async reason => {
            await hub.api.removeAccount({ did: removed.did, reason })
            notify(texts.moderation.done, { type: 'good' })
            list.set((list.items ?? []).filter(each => each.did !== removed.did))
          }}
          onClose={() => setRemoved(null)}
        />
      )}
    </Card>
  )
}
