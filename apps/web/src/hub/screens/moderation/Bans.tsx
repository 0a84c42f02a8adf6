import { useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { More } from '../../parts/More.tsx'
import { personName } from '../../parts/person.ts'
import { ReasonDialog } from '../../parts/ReasonDialog.tsx'
import { useHub, useList } from '../../state/context.tsx'
import type { Banned } from './BanDialog.tsx'
import styles from './moderation.module.css'

const t = texts.moderation

export function Bans() {
  const { api } = useHub()
  const list = useList(
    (cursor, signal) => api.listBans(cursor === undefined ? {} : { cursor }, signal ? { signal } : {}),
    [],
  )
  const [freed, setFreed] = useState<Banned | null>(null)
  return (
    <Card title={t.bans}>
      <div className={layout.stack3}>
        {list.items?.length === 0 && <p className={layout.soft}>{t.noBans}</p>}
        <ul className={layout.divided} aria-label={t.bans}>
          {list.items?.map(({ member, reason, by, untilMs }) => (
            <li key={member.did} className={`${layout.wrap2} ${styles.item}`}>
              <div className={layout.grow}>
                <div className={layout.break}>{personName(member)}</div>
                <div className={`${layout.soft} ${layout.break}`}>
                  {listOf(
                    untilMs === null ? t.bannedForever : t.bannedUntil({ date: formatDate(untilMs) }),
                    t.bannedBy({ name: personName(by) }),
                    shownName(reason),
                  )}
                </div>
              </div>
              <Button size="small" onClick={() => setFreed(member)}>
                {t.unban}
              </Button>
            </li>
          ))}
        </ul>
        <More list={list} />
      </div>
      {freed && (
        <ReasonDialog
          title={t.unbanTitle({ name: personName(freed) })}
          label={t.reason}
          hint={t.reasonHint}
          confirm={t.unban}
          onSend={async reason => {
            await api.unban({ did: freed.did, reason })
            notify(t.done, { type: 'good' })
            list.reload()
          }}
          onClose={() => setFreed(null)}
        />
      )}
    </Card>
  )
}
