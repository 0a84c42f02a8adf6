import type { Report } from '@shoal/hub-api'
import { useState } from 'react'
import { Link } from 'wouter'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatAgo, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { JudgeDialog, type Judged } from '../../parts/JudgeDialog.tsx'
import { More } from '../../parts/More.tsx'
import { personName } from '../../parts/person.ts'
import { useHub, useList } from '../../state/context.tsx'
import { BanDialog, type Banned } from './BanDialog.tsx'
import styles from './moderation.module.css'

const t = texts.moderation

/** The queue of reports, oldest first. */
export function Reports() {
  const { api } = useHub()
  const list = useList(
    (cursor, signal) => api.listReports(cursor === undefined ? {} : { cursor }, signal ? { signal } : {}),
    [],
  )
  const [judged, setJudged] = useState<Judged | null>(null)
  const [banned, setBanned] = useState<Banned | null>(null)
  const close = ({ subject: { kind, id } }: Report) =>
    api.closeReports({ kind, id }).then(() => {
      notify(t.closed, { type: 'good' })
      list.reload()
    }, notifyError)
  return (
    <Card title={t.reports}>
      <div className={layout.stack3}>
        {list.items?.length === 0 && <p className={layout.soft}>{t.noReports}</p>}
        <ul className={layout.divided} aria-label={t.reports}>
          {list.items?.map(report => (
            <ReportItem
              key={report.number}
              report={report}
              onClose={() => close(report)}
              onJudge={setJudged}
              onBan={setBanned}
            />
          ))}
        </ul>
        <More list={list} />
      </div>
      {judged && <JudgeDialog judged={judged} onDone={list.reload} onClose={() => setJudged(null)} />}
      {banned && <BanDialog banned={banned} onDone={list.reload} onClose={() => setBanned(null)} />}
    </Card>
  )
}

interface ItemProps {
  readonly report: Report
  onClose(): void
  onJudge(judged: Judged): void
  onBan(banned: Banned): void
}

function ReportItem({ report, onClose, onJudge, onBan }: ItemProps) {
  const { subject, reporter, reason, createdMs } = report
  const { kind, id, author, isHidden } = subject
  const listing = kind === 'listing' ? id : subject.listing
  const name = subject.text === null ? t.gone : shownName(subject.text)
  return (
    <li className={`${layout.stack2} ${styles.item}`}>
      <p className={layout.break}>
        {t.kinds[kind]}: {listing === null ? name : <Link href={`/listings/${listing}`}>{name}</Link>}
        {author && ` · ${personName(author)}`}
      </p>
      <p className={`${layout.sunken} ${layout.break} ${styles.reason}`}>{shownName(reason)}</p>
      <p className={layout.soft}>
        {listOf(t.reportedBy({ name: personName(reporter) }), formatAgo(createdMs))}
      </p>
      <div className={layout.wrap2}>
        {(kind === 'listing' || kind === 'comment') && !isHidden && subject.text !== null && (
          <Button
            size="small"
            variant="primary"
            icon="eye"
            onClick={() => onJudge({ act: 'hide', kind, id })}
          >
            {t.hide}
          </Button>
        )}
        {author && (
          <Button size="small" icon="lock" onClick={() => onBan(author)}>
            {t.ban}
          </Button>
        )}
        <Button size="small" icon="check" onClick={onClose}>
          {t.keep}
        </Button>
      </div>
    </li>
  )
}
