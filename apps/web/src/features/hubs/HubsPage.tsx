import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import { HubCard } from './HubCard.tsx'
import { JoinDialog } from './JoinDialog.tsx'

const t = texts.pages.hubs

/** The joined hubs, and a search on all of them. */
export function HubsPage() {
  const asked = useAsked(api => api.listHubs({}), [])
  const [isJoining, setJoining] = useState(false)
  const [query, setQuery] = useState<string | null>(null)
  const hubs = asked.value?.items
  const join = (
    <Button variant="primary" icon="plus" onClick={() => setJoining(true)}>
      {t.join}
    </Button>
  )
  return (
    <Page title={t.title} narrow tools={hubs?.length ? join : undefined}>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!hubs && !asked.error && <Loading />}
      {hubs?.length === 0 && (
        <EmptyState icon="hub" title={t.empty} actions={join}>
          {t.emptyBody}
        </EmptyState>
      )}
      {hubs && hubs.length > 0 && (
        <div className={layout.stack4}>
          <p className={layout.muted}>{t.intro}</p>
          <form
            className={`${layout.pair} ${layout.low}`}
            onSubmit={event => {
              event.preventDefault()
              setQuery(String(new FormData(event.currentTarget).get('text')).trim())
            }}
          >
            <TextField label={t.words} name="text" type="search" maxLength={1024} autoComplete="off" />
            <Button type="submit" icon="search">
              {t.search}
            </Button>
          </form>
          {hubs.map(hub => (
            <HubCard key={hub.url} hub={hub} query={query} />
          ))}
        </div>
      )}
      {isJoining && (
        <JoinDialog
          onClose={() => setJoining(false)}
          onJoined={({ name }) => {
            setJoining(false)
            asked.reload()
            notify(t.joined({ name }), { type: 'good' })
          }}
        />
      )}
    </Page>
  )
}
