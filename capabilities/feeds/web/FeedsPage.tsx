import { Button } from '@shoal/web/shared/controls/Button.tsx'
import { EmptyState } from '@shoal/web/shared/controls/EmptyState.tsx'
import { Loading, Problem } from '@shoal/web/shared/controls/Loading.tsx'
import layout from '@shoal/web/shared/controls/layout.module.css'
import { Page } from '@shoal/web/shared/controls/Page.tsx'
import { notify, notifyError } from '@shoal/web/shared/controls/toasts.ts'
import { useAsked, useNode } from '@shoal/web/shared/node/context.tsx'
import { useState } from 'react'
import type { Feed } from '../schemas.ts'
import { AddFeedDialog } from './AddFeedDialog.tsx'
import { FeedCard } from './FeedCard.tsx'
import { texts as t } from './texts.ts'

/** Followed feeds, and the filters that add their items automatically. */
export function FeedsPage() {
  const node = useNode()
  const asked = useAsked(api => api.listFeeds({}), [])
  const [adding, setAdding] = useState(false)
  const feeds: readonly Feed[] | undefined = asked.value?.items
  /** A wrong address is reported immediately, and on the card. */
  const readAtOnce = async (added: Feed) => {
    asked.reload()
    const read = added.fetchedMs === null ? node.api.refreshFeed({ id: added.id }) : Promise.resolve(added)
    await read.then(({ title, error }) => {
      if (error === null) notify(t.followed({ title }), { type: 'good' })
      else notify(t.followedUnread({ title }), { type: 'bad' })
      asked.reload()
    }, notifyError)
  }
  const add = (
    <Button variant="primary" icon="plus" onClick={() => setAdding(true)}>
      {t.add}
    </Button>
  )
  return (
    <Page title={t.title} narrow tools={feeds?.length ? add : undefined}>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!feeds && !asked.error && <Loading />}
      {feeds?.length === 0 && (
        <EmptyState icon="feeds" title={t.empty} actions={add}>
          {t.emptyBody}
        </EmptyState>
      )}
      {feeds && feeds.length > 0 && (
        <>
          <p className={layout.muted}>{t.intro}</p>
          <div className={`${layout.stack4} ${layout.above}`}>
            {feeds.map(feed => (
              <FeedCard key={feed.id} feed={feed} />
            ))}
          </div>
        </>
      )}
      {adding && (
        <AddFeedDialog
          onClose={() => setAdding(false)}
          onAdded={feed => {
            setAdding(false)
            void readAtOnce(feed)
          }}
        />
      )}
    </Page>
  )
}
