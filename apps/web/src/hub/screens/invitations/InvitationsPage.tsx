import type { InvitationItem } from '@shoal/hub-api'
import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { SelectField, TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { Card } from '../../../shared/controls/Panels.tsx'
import { QrCode } from '../../../shared/controls/QrCode.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatDate, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { shortDid } from '../../parts/person.ts'
import { useAccount, useHub } from '../../state/context.tsx'
import { mayUse } from '../../state/hub-store.ts'
import styles from './invitations.module.css'

const t = texts.invitations
const ROLES = ['member', 'moderator', 'admin'] as const
/** Members invite this many people with one invitation. */
const MEMBER_USES = 10

export function InvitationsPage() {
  const { api } = useHub()
  const asked = useAnswer(signal => api.listInvitations({}, { signal }), [])
  const [made, setMade] = useState<string | null>(null)
  return (
    <Page title={t.title} narrow>
      <div className={layout.stack4}>
        <p className={layout.muted}>{t.intro}</p>
        <Invite
          onMade={secret => {
            setMade(`${location.origin}/join#invitation=${secret}`)
            asked.reload()
          }}
        />
        {made !== null && <Made link={made} />}
        <Card title={t.open}>
          {asked.value ? (
            <Invitations items={asked.value.items} onChanged={items => asked.set({ items: [...items] })} />
          ) : (
            <Waiting asked={asked} />
          )}
        </Card>
      </div>
    </Page>
  )
}

function Invite({ onMade }: { onMade(secret: string): void }) {
  const { api } = useHub()
  const account = useAccount()
  const isAdmin = mayUse(account, 'admin')
  const [uses, setUses] = useState('1')
  const [days, setDays] = useState('7')
  const [role, setRole] = useState<(typeof ROLES)[number]>('member')
  const [note, setNote] = useState('')
  const { isBusy, failure, run } = useWork()
  const create = () =>
    run(async () => {
      const { secret } = await api.createInvitation({
        uses: Number(uses),
        days: Number(days),
        role,
        note: note.trim(),
      })
      setNote('')
      onMade(secret)
    })
  return (
    <Card title={t.create}>
      <Form confirm={t.create} variant="primary" disabled={isBusy} failure={failure} onSubmit={create}>
        <div className={layout.columns}>
          <TextField
            label={t.uses}
            type="number"
            min={1}
            max={isAdmin ? 10_000 : MEMBER_USES}
            required
            value={uses}
            onChange={event => setUses(event.target.value)}
          />
          <TextField
            label={t.days}
            type="number"
            min={1}
            max={365}
            required
            value={days}
            onChange={event => setDays(event.target.value)}
          />
          {isAdmin && (
            <SelectField
              label={t.role}
              options={ROLES.map(value => ({ value, text: texts.account.roles[value] }))}
              value={role}
              onChange={event => setRole(event.target.value as typeof role)}
            />
          )}
        </div>
        <TextField
          label={t.note}
          hint={t.noteHint}
          maxLength={64}
          value={note}
          onChange={event => setNote(event.target.value)}
        />
      </Form>
    </Card>
  )
}

function Made({ link }: { readonly link: string }) {
  return (
    <Card title={t.made}>
      <div className={`${layout.stack3} ${layout.start} ${styles.made}`} role="status">
        <span className={`${layout.mono} ${layout.break}`}>{link}</span>
        <div>
          <CopyButton variant="primary" text={link} />
        </div>
        <QrCode text={link} label={t.qr} />
      </div>
    </Card>
  )
}

interface ListProps {
  readonly items: readonly InvitationItem[]
  onChanged(items: readonly InvitationItem[]): void
}

function Invitations({ items, onChanged }: ListProps) {
  const { api } = useHub()
  const account = useAccount()
  const { isBusy, run } = useWork()
  const revoke = (id: string) =>
    run(() =>
      api.revokeInvitation({ id }).then(left => {
        notify(t.revoked, { type: 'good' })
        onChanged(left.items)
      }, notifyError),
    )
  if (items.length === 0) return <p className={layout.soft}>{t.none}</p>
  return (
    <ul className={layout.divided} aria-label={t.open}>
      {items.map(({ id, role, uses, note, by, expiresMs }) => (
        <li key={id} className={`${layout.row2} ${layout.entry}`}>
          <div className={layout.grow}>
            <div className={layout.break}>{note === '' ? texts.account.roles[role] : shownName(note)}</div>
            <div className={layout.soft}>
              {listOf(
                note === '' ? null : texts.account.roles[role],
                t.left({ count: uses }),
                t.until({ date: formatDate(expiresMs, 'date') }),
                by === account?.did ? null : t.by({ name: shortDid(by) }),
              )}
            </div>
          </div>
          <IconButton
            icon="trash"
            label={t.revoke({ note: note === '' ? texts.account.roles[role] : shownName(note) })}
            disabled={isBusy}
            onClick={() => revoke(id)}
          />
        </li>
      ))}
    </ul>
  )
}
