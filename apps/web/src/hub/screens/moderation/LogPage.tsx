import type { ModerationEntry } from '@shoal/hub-api'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { More } from '../../parts/More.tsx'
import { personName, shortDid } from '../../parts/person.ts'
import { useHub, useList } from '../../state/context.tsx'
import styles from './moderation.module.css'

const t = texts.log

/** The public log of the actions of moderators. */
export function LogPage() {
  const { api } = useHub()
  const list = useList(
    (cursor, signal) =>
      api.listModerationLog(cursor === undefined ? {} : { cursor }, signal ? { signal } : {}),
    [],
  )
  return (
    <Page title={t.title} narrow>
      <div className={layout.stack3}>
        <p className={layout.muted}>{t.intro}</p>
        {list.items?.length === 0 && <p className={layout.soft}>{t.none}</p>}
        <ul className={layout.divided} aria-label={t.title}>
          {list.items?.map(entry => (
            <li key={entry.number} className={`${layout.stack1} ${styles.item}`}>
              <p className={layout.break}>{sentenceOf(entry)}</p>
              <p className={`${layout.soft} ${layout.break}`}>
                {listOf(
                  formatDate(entry.atMs),
                  entry.untilMs === null ? null : t.until({ date: formatDate(entry.untilMs) }),
                  entry.seconds === null ? null : t.seconds({ count: entry.seconds }),
                  entry.reason === '' ? null : shownName(entry.reason),
                )}
              </p>
            </li>
          ))}
        </ul>
        <More list={list} />
      </div>
    </Page>
  )
}

function sentenceOf({ by, action, subject }: ModerationEntry): string {
  return t.actions[action]({
    by: by ? personName(by) : t.hub,
    subject: subject ? subjectName(subject) : t.everybody,
  })
}

function subjectName({ kind, id, name }: NonNullable<ModerationEntry['subject']>): string {
  const shown = name === '' ? (kind === 'member' ? shortDid(id) : id) : shownName(name)
  return t.subject({ kind: texts.moderation.kinds[kind], name: shown })
}
