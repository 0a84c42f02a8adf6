import type { Person } from '@shoal/api'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Card } from '../../shared/controls/Panels.tsx'
import { formatAgo, formatBytes, formatCount } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useCell, useNode } from '../../shared/node/context.tsx'

const t = texts.pages.people

/** Shoal peers that were recognized, what they gave and took, and the reasons for their reputation. */
export function PeoplePage() {
  const { api, peopleVersion } = useNode()
  const version = useCell(peopleVersion)
  const asked = useAsked(signal => api.listPeople({ limit: 200 }, { signal }), [version])
  const { ownKey = null, items = [], refused = {} } = asked.value ?? {}
  const counts = Object.entries(refused).map(([reason, count]) => `${reason} ${formatCount(count)}`)
  return (
    <Page title={t.title} narrow>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!asked.value && !asked.error && <Loading />}
      {asked.value && (
        <div className={layout.stack4}>
          <p className={layout.muted}>{ownKey === null ? t.off : t.intro}</p>
          {ownKey !== null && (
            <div className={layout.wrap2}>
              <span className={`${layout.mono} ${layout.clip}`} title={ownKey}>
                {t.ownKey({ key: ownKey.slice(0, SHOWN_DIGITS) })}
              </span>
              <CopyButton size="small" text={ownKey}>
                {t.copyKey}
              </CopyButton>
            </div>
          )}
          {items.length === 0 && (
            <EmptyState icon="peers" title={t.empty}>
              {t.emptyBody}
            </EmptyState>
          )}
          {items.map(person => (
            <PersonCard key={person.key} person={person} />
          ))}
          {counts.length > 0 && <p className={layout.soft}>{t.refused({ counts: counts.join(', ') })}</p>}
        </div>
      )}
    </Page>
  )
}

/** Enough to tell the keys of a list apart. */
const SHOWN_DIGITS = 12

function PersonCard({ person }: { person: Person }) {
  const { key, host, downloadedBytes, uploadedBytes, confirmedBytes, lastSeenMs, score, isTrusted, reasons } =
    person
  const amounts = {
    gave: formatBytes(downloadedBytes),
    took: formatBytes(uploadedBytes),
    confirmed: formatBytes(confirmedBytes),
  }
  return (
    <Card className={layout.stack2}>
      <div className={layout.row3}>
        <h2 className={`${layout.grow} ${layout.mono} ${layout.clip}`} title={key}>
          {key.slice(0, SHOWN_DIGITS)}
        </h2>
        <span>{t.score({ score: signed(score) })}</span>
      </div>
      <p className={`${layout.soft} ${layout.break}`}>
        {[host, t.seen({ ago: formatAgo(lastSeenMs) }), ...(isTrusted ? [t.fastLane] : [])].join(' · ')}
      </p>
      <p>{t.amounts(amounts)}</p>
      {reasons.length === 0 ? (
        <p className={layout.soft}>{t.noReasons}</p>
      ) : (
        <ul>
          {reasons.map(({ kind, points }) => (
            <li key={kind}>{`${signed(points)} ${t.reasons[kind]}`}</li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function signed(points: number): string {
  return points > 0 ? `+${formatCount(points)}` : points < 0 ? `−${formatCount(-points)}` : '0'
}
