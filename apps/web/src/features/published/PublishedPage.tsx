import type { Publication } from '@shoal/api'
import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import { FollowDialog } from './FollowDialog.tsx'
import { FollowedCard } from './FollowedCard.tsx'
import { PublicationCard } from './PublicationCard.tsx'
import { PublishDialog } from './PublishDialog.tsx'

const t = texts.pages.published

/** Links whose torrent their owner can replace: links that the user follows, and the user's own. */
export function PublishedPage() {
  const asked = useAsked(api => Promise.all([api.listFollowed({}), api.listPublications({})]), [])
  const [isFollowing, setFollowing] = useState(false)
  const [publishing, setPublishing] = useState<Publication | 'new' | null>(null)
  const [followed, own] = asked.value?.map(({ items }) => items.length) ?? []
  const tools = (
    <div className={layout.wrap2}>
      <Button icon="upload" onClick={() => setPublishing('new')}>
        {t.publish}
      </Button>
      <Button variant="primary" icon="plus" onClick={() => setFollowing(true)}>
        {t.follow}
      </Button>
    </div>
  )
  const isEmpty = followed === 0 && own === 0
  return (
    <Page title={t.title} narrow tools={asked.value && !isEmpty ? tools : undefined}>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!asked.value && !asked.error && <Loading />}
      {isEmpty && (
        <EmptyState icon="link" title={t.empty} actions={tools}>
          {t.emptyBody}
        </EmptyState>
      )}
      {asked.value && !isEmpty && (
        <div className={layout.stack4}>
          <p className={layout.muted}>{t.intro}</p>
          {asked.value[0].items.length > 0 && <h2 className={layout.heading}>{t.followed}</h2>}
          {asked.value[0].items.map(each => (
            <FollowedCard key={each.id} followed={each} />
          ))}
          {asked.value[1].items.length > 0 && <h2 className={layout.heading}>{t.own}</h2>}
          {asked.value[1].items.map(each => (
            <PublicationCard key={each.id} publication={each} onPublish={() => setPublishing(each)} />
          ))}
        </div>
      )}
      {isFollowing && <FollowDialog onClose={() => setFollowing(false)} />}
      {publishing && (
        <PublishDialog known={publishing === 'new' ? null : publishing} onClose={() => setPublishing(null)} />
      )}
    </Page>
  )
}
