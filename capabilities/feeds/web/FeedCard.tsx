import { Button, IconButton } from '@shoal/web/shared/controls/Button.tsx'
import { ConfirmDialog } from '@shoal/web/shared/controls/ConfirmDialog.tsx'
import { LabelChip } from '@shoal/web/shared/controls/Labels.tsx'
import { Loading, Problem } from '@shoal/web/shared/controls/Loading.tsx'
import layout from '@shoal/web/shared/controls/layout.module.css'
import { Menu } from '@shoal/web/shared/controls/Menu.tsx'
import { Card, Notice } from '@shoal/web/shared/controls/Panels.tsx'
import { notify, notifyError } from '@shoal/web/shared/controls/toasts.ts'
import { messageOf } from '@shoal/web/shared/format/errors.ts'
import { formatAgo } from '@shoal/web/shared/format/format.ts'
import { texts } from '@shoal/web/shared/messages/texts.ts'
import { useAsked, useNode } from '@shoal/web/shared/node/context.tsx'
import { useState } from 'react'
import type { Feed, FeedFilter, FeedItem } from '../schemas.ts'
import styles from './Feeds.module.css'
import { FilterForm } from './FilterForm.tsx'
import { readText } from './read-text.ts'
import { texts as t } from './texts.ts'
import { useMatching } from './useMatching.ts'

const SHOWN = 8
const NONE: readonly FeedItem[] = []

export function FeedCard({ feed }: { feed: Feed }) {
  const { api } = useNode()
  const asked = useAsked(api => api.listFeedItems({ id: feed.id, limit: 200 }), [feed.id])
  const [editing, setEditing] = useState<number | 'new' | null>(null)
  const [removing, setRemoving] = useState(false)
  const items = asked.value?.items ?? NONE
  const save = (filters: readonly FeedFilter[], done: string) =>
    api.updateFeed({ id: feed.id, filters: [...filters] }).then(() => {
      setEditing(null)
      notify(done, { type: 'good' })
    })
  const refresh = () =>
    // The card of a feed that cannot be read shows the error.
    api
      .refreshFeed({ id: feed.id })
      .then(({ title, error }) => error ?? notify(t.refreshed({ title }), { type: 'good' }), notifyError)
  const menu = () => [
    {
      text: t.refresh,
      icon: 'refresh' as const,
      onSelect: () => void refresh(),
    },
    { text: t.remove, icon: 'trash' as const, danger: true, onSelect: () => setRemoving(true) },
  ]
  return (
    <Card className={layout.stack4}>
      <div className={`${layout.row3} ${layout.start}`}>
        <div className={layout.grow}>
          <h2>{feed.title || feed.url}</h2>
          <p className={`${layout.soft} ${layout.break}`}>
            {feed.url} · {readText(feed)}
          </p>
        </div>
        <Menu
          trigger={<IconButton icon="more" label={texts.list.menuOf({ name: feed.title })} />}
          items={menu}
        />
      </div>
      {feed.error && <Notice tone="warn">{messageOf(new Error(feed.error))}</Notice>}
      <section className={`${layout.stack2} ${layout.start}`}>
        <h3 className={layout.heading}>{t.filters}</h3>
        {feed.filters.length === 0 && editing === null && (
          <p className={`${layout.soft} ${layout.break}`}>{t.noFilters}</p>
        )}
        {feed.filters.map((filter, at) =>
          editing === at ? (
            <FilterForm
              // biome-ignore lint/suspicious/noArrayIndexKey: filters have no names, and are edited one at a time
              key={at}
              filter={filter}
              items={items}
              onCancel={() => setEditing(null)}
              onSave={changed => save(feed.filters.with(at, changed), t.filterSaved)}
              onRemove={() => void save(feed.filters.toSpliced(at, 1), t.filterRemoved).catch(notifyError)}
            />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <FilterLine key={at} filter={filter} items={items} onEdit={() => setEditing(at)} />
          ),
        )}
        {editing === 'new' ? (
          <FilterForm
            items={items}
            onCancel={() => setEditing(null)}
            onSave={filter => save([...feed.filters, filter], t.filterSaved)}
          />
        ) : (
          <Button size="small" icon="plus" onClick={() => setEditing('new')}>
            {t.filterAdd}
          </Button>
        )}
      </section>
      <section className={`${layout.stack2} ${layout.start}`}>
        <h3 className={layout.heading}>{t.items}</h3>
        {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
        {!asked.value && !asked.error && <Loading />}
        {asked.value && <Items items={items} onTaken={asked.reload} />}
      </section>
      {removing && <RemoveDialog feed={feed} onClose={() => setRemoving(false)} />}
    </Card>
  )
}

function FilterLine({
  filter,
  items,
  onEdit,
}: {
  filter: FeedFilter
  items: readonly FeedItem[]
  onEdit(): void
}) {
  const { matching, found } = useMatching(items, filter)
  return (
    <div className={`${layout.row3} ${layout.sunken} ${layout.whole} ${styles.filter}`}>
      <div className={layout.grow}>
        <strong>{filter.include || t.everything}</strong>
        {filter.exclude && <span className={layout.soft}> {t.without({ words: filter.exclude })}</span>}
        <div className={`${layout.soft} ${layout.break}`}>
          {/* The line exists before its text is known, to avoid layout shifts. */}
          {matching?.kind === 'fits' ? t.matching({ matching: found.length, count: items.length }) : '\u00a0'}
          {matching?.kind === 'slow' && t.slowExpression}
          {matching?.kind === 'unreadable' && t.badExpression}
        </div>
      </div>
      {filter.label && <LabelChip name={filter.label} />}
      <IconButton icon="edit" size="small" label={t.edit} onClick={onEdit} />
    </div>
  )
}

function Items({ items, onTaken }: { items: readonly FeedItem[]; onTaken(): void }) {
  const { api } = useNode()
  const [shown, setShown] = useState(SHOWN)
  const take = ({ source, title }: FeedItem) =>
    api.addTorrent({ source }).then(() => {
      notify(t.itemTaken({ title }), { type: 'good' })
      onTaken()
    }, notifyError)
  if (items.length === 0) return <p className={`${layout.soft} ${layout.break}`}>{t.noItems}</p>
  return (
    <>
      <ul className={`${layout.whole} ${styles.items}`}>
        {items.slice(0, shown).map(item => (
          <li key={item.id}>
            <span className={`${layout.grow} ${layout.break}`}>{item.title}</span>
            {item.publishedMs !== null && (
              <span className={`${layout.soft} ${layout.fixed}`}>{formatAgo(item.publishedMs)}</span>
            )}
            <Button
              size="small"
              icon={item.taken ? 'check' : 'plus'}
              variant={item.taken ? 'quiet' : 'plain'}
              disabled={item.taken}
              onClick={() => take(item)}
            >
              {item.taken ? t.taken : t.take}
            </Button>
          </li>
        ))}
      </ul>
      {items.length > shown && (
        <Button size="small" variant="quiet" onClick={() => setShown(items.length)}>
          {texts.app.nav.more}
        </Button>
      )}
    </>
  )
}

function RemoveDialog({ feed, onClose }: { feed: Feed; onClose(): void }) {
  const { api } = useNode()
  const remove = () =>
    void api
      .removeFeed({ id: feed.id })
      .then(() => notify(t.unfollowed({ title: feed.title }), { type: 'good' }), notifyError)
  return (
    <ConfirmDialog
      title={t.remove}
      description={t.removeConfirm({ title: feed.title })}
      confirm={t.remove}
      onConfirm={remove}
      onClose={onClose}
    />
  )
}
