import type { Feed, FeedFilter, FeedItem } from '@shoal/api'
import { useState } from 'react'
import { Button, IconButton } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { Menu } from '../components/Menu.tsx'
import { Card, LabelChip, Loading, Notice, Problem } from '../components/Parts.tsx'
import { notifyError } from '../components/toasts.ts'
import { formatAgo } from '../format/format.ts'
import { useAsked, useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Feeds.module.css'
import { FilterForm } from './FilterForm.tsx'
import { fitting } from './matching.ts'

const t = texts.pages.feeds
const SHOWN = 8

export function FeedCard({ feed }: { feed: Feed }) {
  const { api } = useNode()
  const asked = useAsked(
    signal => api.listFeedItems({ id: feed.id, limit: 200 }, { signal }),
    [feed.id, feed.fetchedMs],
  )
  const [editing, setEditing] = useState<number | 'new' | null>(null)
  const [removing, setRemoving] = useState(false)
  const items = asked.value?.items ?? []
  const save = (filters: readonly FeedFilter[]) =>
    api.updateFeed({ id: feed.id, filters: [...filters] }).then(() => setEditing(null), notifyError)
  const menu = () => [
    {
      text: t.refresh,
      icon: 'refresh' as const,
      onSelect: () => void api.refreshFeed({ id: feed.id }).catch(notifyError),
    },
    { text: t.remove, icon: 'trash' as const, danger: true, onSelect: () => setRemoving(true) },
  ]
  return (
    <Card className={styles.feed}>
      <div className={styles.head}>
        <div className={styles.title}>
          <h2>{feed.title || feed.url}</h2>
          <p className={styles.soft}>
            {feed.url} · {feed.fetchedMs === null ? t.never : t.read(formatAgo(feed.fetchedMs))}
          </p>
        </div>
        <Menu trigger={<IconButton icon="more" label={texts.list.menuOf(feed.title)} />} items={menu} />
      </div>
      {feed.error && <Notice tone="warn">{feed.error}</Notice>}
      <section className={styles.part}>
        <h3>{t.filters}</h3>
        {feed.filters.length === 0 && editing === null && <p className={styles.soft}>{t.noFilters}</p>}
        {feed.filters.map((filter, at) =>
          editing === at ? (
            <FilterForm
              // biome-ignore lint/suspicious/noArrayIndexKey: filters have no names, and are edited one at a time
              key={at}
              filter={filter}
              items={items}
              onCancel={() => setEditing(null)}
              onSave={changed => save(feed.filters.with(at, changed))}
              onRemove={() => save(feed.filters.toSpliced(at, 1))}
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
            onSave={filter => save([...feed.filters, filter])}
          />
        ) : (
          <Button size="small" icon="plus" onClick={() => setEditing('new')}>
            {t.filterAdd}
          </Button>
        )}
      </section>
      <section className={styles.part}>
        <h3>{t.items}</h3>
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
  const labels = useCell(useNode().labels)
  const colour = labels.find(({ name }) => name === filter.label)?.colour
  const count = fitting(items, filter)?.length ?? 0
  return (
    <div className={styles.filter}>
      <div>
        <strong>{filter.include || t.everything}</strong>
        {filter.exclude && <span className={styles.soft}> {t.without(filter.exclude)}</span>}
        <div className={styles.soft}>{t.matching(count, items.length)}</div>
      </div>
      {filter.label && <LabelChip name={filter.label} colour={colour} />}
      <IconButton icon="edit" size="small" label={t.edit} onClick={onEdit} />
    </div>
  )
}

function Items({ items, onTaken }: { items: readonly FeedItem[]; onTaken(): void }) {
  const { api } = useNode()
  const [shown, setShown] = useState(SHOWN)
  const take = (source: string) => api.addTorrent({ source }).then(onTaken, notifyError)
  if (items.length === 0) return <p className={styles.soft}>{t.noItems}</p>
  return (
    <>
      <ul className={styles.items}>
        {items.slice(0, shown).map(({ id, title, source, publishedMs, taken }) => (
          <li key={id}>
            <span className={styles.itemTitle}>{title}</span>
            {publishedMs !== null && <span className={styles.soft}>{formatAgo(publishedMs)}</span>}
            <Button
              size="small"
              icon={taken ? 'check' : 'plus'}
              variant={taken ? 'quiet' : 'plain'}
              disabled={taken}
              onClick={() => take(source)}
            >
              {taken ? t.taken : t.take}
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
  const remove = () => {
    onClose()
    void api.removeFeed({ id: feed.id }).catch(notifyError)
  }
  return (
    <Dialog
      open
      title={t.remove}
      description={t.removeConfirm(feed.title)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.app.cancel}</Button>
          <Button variant="danger" onClick={remove}>
            {t.remove}
          </Button>
        </>
      }
    />
  )
}
