import type { HubListing, JoinedHub } from '@shoal/api'
import { useState } from 'react'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Menu } from '../../shared/controls/Menu.tsx'
import { Card, Notice } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatBytes, formatDate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './hubs.module.css'

const t = texts.pages.hubs

interface Props {
  readonly hub: JoinedHub
  /** The searched text; null without a search. */
  readonly query: string | null
}

export function HubCard({ hub, query }: Props) {
  const { api } = useNode()
  const [invitation, setInvitation] = useState<string | null>(null)
  const [isLeaving, setLeaving] = useState(false)
  const { url, name, did, account, accountDid, joinedMs, problem, isExposed, knowsDevices } = hub
  const invite = () => api.inviteToHub({ hub: url }).then(({ link }) => setInvitation(link), notifyError)
  const leave = () =>
    void api.leaveHub({ hub: url }).then(() => notify(t.left({ name }), { type: 'good' }), notifyError)
  const menu = () => [
    { text: t.invite, icon: 'plus' as const, onSelect: () => void invite() },
    { text: t.leave, icon: 'logout' as const, danger: true, onSelect: () => setLeaving(true) },
  ]
  return (
    <Card className={layout.stack3}>
      <div className={`${layout.row3} ${layout.start}`}>
        <div className={layout.grow}>
          <h2 className={layout.break}>{name}</h2>
          <p className={layout.break}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {url}
            </a>
          </p>
          <p className={layout.break}>{t.account({ account: account ?? accountDid })}</p>
          <p className={`${layout.soft} ${layout.break}`}>
            {[did, t.since({ date: formatDate(joinedMs, 'date') })].filter(Boolean).join(' · ')}
          </p>
        </div>
        <Menu trigger={<IconButton icon="more" label={texts.list.menuOf({ name })} />} items={menu} />
      </div>
      {problem && <Notice tone="warn">{problem.message}</Notice>}
      {isExposed && <Notice tone="warn">{t.exposed}</Notice>}
      {!problem && !knowsDevices && <p className={layout.soft}>{t.devicesLate}</p>}
      {invitation && (
        <div className={layout.stack1}>
          <p>{t.invitation}</p>
          <span className={layout.row1}>
            <span className={`${layout.mono} ${layout.break}`}>{invitation}</span>
            <CopyIcon text={invitation} what={t.invitationLink} />
          </span>
        </div>
      )}
      {query !== null && <Results url={url} query={query} />}
      {isLeaving && (
        <ConfirmDialog
          title={t.leave}
          description={t.leaveConfirm({ name })}
          confirm={t.leave}
          onConfirm={leave}
          onClose={() => setLeaving(false)}
        />
      )}
    </Card>
  )
}

function Results({ url, query }: { readonly url: string; readonly query: string }) {
  const asked = useAsked(api => api.searchHub({ hub: url, text: query, limit: 20 }), [url, query])
  if (asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  if (!asked.value) return <Loading />
  const { items } = asked.value
  if (items.length === 0) return <p className={layout.soft}>{t.nothing}</p>
  return (
    <ul className={`${layout.whole} ${styles.results}`}>
      {items.map(each => (
        <Result key={each.id} listing={each} />
      ))}
    </ul>
  )
}

function Result({ listing }: { readonly listing: HubListing }) {
  const { api } = useNode()
  const [isAdded, setAdded] = useState(false)
  const { title, url, link, sizeBytes, seeders, author } = listing
  const add = () =>
    api.addTorrent({ source: link }).then(() => {
      setAdded(true)
      notify(t.added({ title }), { type: 'good' })
    }, notifyError)
  return (
    <li>
      <div className={layout.grow}>
        <a href={url} target="_blank" rel="noopener noreferrer" className={layout.break}>
          {title}
        </a>
        <p className={`${layout.soft} ${layout.break}`}>
          {[formatBytes(sizeBytes), t.seeds({ count: seeders }), author].join(' · ')}
        </p>
      </div>
      <Button size="small" icon={isAdded ? 'check' : 'plus'} disabled={isAdded} onClick={() => void add()}>
        {isAdded ? t.isAdded : t.add}
      </Button>
    </li>
  )
}
