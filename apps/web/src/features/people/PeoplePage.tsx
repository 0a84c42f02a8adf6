import type { BlockedPublisher, Contact, Person } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { SwitchField, TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Card } from '../../shared/controls/Panels.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { formatAgo, formatBytes, formatCount, formatDate } from '../../shared/format/format.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import { ContactPart } from './ContactPart.tsx'
import { ProfileCard } from './ProfileCard.tsx'

const t = texts.pages.people

/**
 * Shoal peers that were recognized, how much they uploaded and downloaded, and the reasons for
 * their reputation.
 */
export function PeoplePage() {
  const asked = useAsked(api => api.listPeople({ limit: 200 }), [])
  const listed = useAsked(api => api.listBlocked({}), [])
  const listedContacts = useAsked(api => api.listContacts({}), [])
  const { ownKey = null, ownDid = null, items = [], refused = {} } = asked.value ?? {}
  const blocked = listed.value?.items ?? []
  const contacts = listedContacts.value?.items ?? []
  const [showsGuests, setShowsGuests] = useState(false)
  const known = showsGuests ? items : items.filter(person => !isGuest(person))
  const guests = items.filter(isGuest).length
  const shown = new Set(items.map(({ did }) => did))
  const others = contacts.filter(({ did }) => !shown.has(did))
  const counts = Object.entries(refused).map(([reason, count]) => `${reason} ${formatCount(count)}`)
  return (
    <Page title={t.title} narrow>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!asked.value && !asked.error && <Loading />}
      {asked.value && (
        <div className={layout.stack4}>
          <p className={layout.muted}>{ownKey === null ? t.off : t.intro}</p>
          {ownKey !== null && <p className={layout.muted}>{t.showing}</p>}
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
          {ownDid !== null && (
            <div className={layout.wrap2}>
              <span className={`${layout.mono} ${layout.break}`}>{t.ownDid({ did: ownDid })}</span>
              <CopyButton size="small" text={ownDid}>
                {t.copyDid}
              </CopyButton>
            </div>
          )}
          <ProfileCard />
          {known.length === 0 && guests === 0 && (
            <EmptyState icon="peers" title={t.empty}>
              {t.emptyBody}
            </EmptyState>
          )}
          {guests > 0 && (
            <SwitchField
              label={t.guests({ count: guests })}
              hint={t.guestsHint}
              checked={showsGuests}
              onChange={() => setShowsGuests(!showsGuests)}
            />
          )}
          {known.map(person => (
            <PersonCard
              key={person.key}
              person={person}
              contact={contacts.find(({ did }) => did === person.did)}
            />
          ))}
          {others.map(contact => (
            <Card key={contact.did} title={t.contact.notShown} className={layout.stack2}>
              <span className={`${layout.mono} ${layout.break}`}>{contact.did}</span>
              <ContactPart contact={contact} />
            </Card>
          ))}
          {blocked.length > 0 && <Blocked publishers={blocked} />}
          {counts.length > 0 && <p className={layout.soft}>{t.refused({ counts: counts.join(', ') })}</p>}
        </div>
      )}
    </Page>
  )
}

const ONE_VISIT_MS = 60 * 60_000

/**
 * Returns whether a node was seen only once and nothing else is known about it, such as the browser
 * tab of a user who opened a link.
 */
function isGuest({ name, did, isTrusted, showsDid, firstSeenMs, lastSeenMs }: Person): boolean {
  return name === null && did === null && !isTrusted && !showsDid && lastSeenMs - firstSeenMs < ONE_VISIT_MS
}

/** Enough digits to distinguish the keys of a list. */
const SHOWN_DIGITS = 12

function PersonCard({ person, contact }: { person: Person; contact: Contact | undefined }) {
  const { key, host, downloadedBytes, uploadedBytes, confirmedBytes, lastSeenMs, score, isTrusted, reasons } =
    person
  const { name, showsDid } = person
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const [isNaming, setNaming] = useState(false)
  const digits = key.slice(0, SHOWN_DIGITS)
  const change = (changes: { name?: string | null; showDid?: boolean }) =>
    run(async () => {
      await api.updatePerson({ key, ...changes }).catch(notifyError)
    })
  const amounts = {
    gave: formatBytes(downloadedBytes),
    took: formatBytes(uploadedBytes),
    confirmed: formatBytes(confirmedBytes),
  }
  return (
    <Card className={layout.stack2}>
      <div className={layout.row3}>
        <h2 className={`${layout.grow} ${name === null ? layout.mono : ''} ${layout.clip}`} title={key}>
          {name ?? digits}
        </h2>
        <IconButton
          icon="edit"
          size="small"
          label={t.renameOf({ node: name ?? digits })}
          onClick={() => setNaming(true)}
        />
        <span>{t.score({ score: signed(score) })}</span>
      </div>
      <p className={`${layout.soft} ${layout.break}`}>
        {[
          ...(name === null ? [] : [t.key({ key: digits })]),
          host,
          t.seen({ ago: formatAgo(lastSeenMs) }),
          ...(isTrusted ? [t.fastLane] : []),
        ].join(' · ')}
      </p>
      <PersonOf person={person} />
      {contact && <ContactPart contact={contact} />}
      <SwitchField
        label={t.show}
        checked={showsDid}
        disabled={isBusy}
        onChange={() => change({ showDid: !showsDid })}
      />
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
      {isNaming && (
        <FormDialog
          title={t.renameOf({ node: digits })}
          confirm={controls.save}
          onSubmit={form => {
            setNaming(false)
            change({ name: String(form.get('name')).trim() || null })
          }}
          onClose={() => setNaming(false)}
        >
          <TextField
            label={t.rename}
            hint={t.renameHint}
            name="name"
            defaultValue={name ?? ''}
            maxLength={60}
          />
        </FormDialog>
      )}
    </Card>
  )
}

/** The person to whom a node has proved to belong. */
function PersonOf({ person: { did, didExpiresMs, blocked, name } }: { readonly person: Person }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  if (did === null) return null
  const change = () =>
    run(async () => {
      const done = blocked
        ? api.unblockPublisher({ did })
        : api.blockPublisher({ did, ...(name !== null && { note: name }) })
      await done.catch(notifyError)
    })
  return (
    <div className={layout.stack1}>
      <span className={layout.row1}>
        <span className={`${layout.mono} ${layout.break}`}>{did}</span>
        <CopyIcon text={did} what={t.person} />
      </span>
      <div className={`${layout.wrap2} ${layout.soft}`}>
        {blocked ? t.blocked : didExpiresMs !== null && t.until({ date: formatDate(didExpiresMs, 'date') })}
        <Button size="small" disabled={isBusy} onClick={change}>
          {blocked ? t.unblock : t.block}
        </Button>
      </div>
    </div>
  )
}

function Blocked({ publishers }: { readonly publishers: readonly BlockedPublisher[] }) {
  const { api } = useNode()
  return (
    <Card title={t.blockedTitle} className={layout.stack2}>
      <ul className={layout.stack2}>
        {publishers.map(({ did, note, blockedMs }) => (
          <li key={did} className={`${layout.row2} ${layout.spread}`}>
            <span className={layout.shrink}>
              {note !== null && <span className={layout.break}>{note} </span>}
              <span className={`${layout.mono} ${layout.soft} ${layout.break}`}>{did}</span>{' '}
              <span className={layout.soft}>{t.blockedSince({ date: formatDate(blockedMs, 'date') })}</span>
            </span>
            <Button size="small" onClick={() => void api.unblockPublisher({ did }).catch(notifyError)}>
              {t.unblock}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function signed(points: number): string {
  return points > 0 ? `+${formatCount(points)}` : points < 0 ? `−${formatCount(-points)}` : '0'
}
