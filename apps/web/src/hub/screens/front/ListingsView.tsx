import type { Category } from '@shoal/hub-api'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Button } from '../../../shared/controls/Button.tsx'
import { EmptyState } from '../../../shared/controls/EmptyState.tsx'
import { controlClass } from '../../../shared/controls/Field.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { useTitle } from '../../../shared/controls/Page.tsx'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { ListingItem } from '../../parts/ListingItem.tsx'
import { CATEGORY_OPTIONS } from '../../parts/listing.ts'
import { More } from '../../parts/More.tsx'
import { useHub, useList } from '../../state/context.tsx'
import styles from './front.module.css'

const t = texts.list
/** The search starts when typing pauses for this long. */
const TYPING_MS = 250

/**
 * The search for listings; the address contains the query. `heading`: the heading of the members'
 * page.
 */
export function ListingsView({ heading }: { readonly heading: 'h1' | 'h2' }) {
  const { api } = useHub()
  const [query, setQuery] = useSearchParams()
  const [text, category, tag, author] = ['q', 'category', 'tag', 'author'].map(name => query.get(name) ?? '')
  const settled = useSettled(text!)
  const list = useList(
    (cursor, signal) =>
      api.listListings(
        {
          ...(settled && { text: settled }),
          ...(category && { category: category as Category }),
          ...(tag && { tag }),
          ...(author && { author }),
          ...(cursor !== undefined && { cursor }),
        },
        signal ? { signal } : {},
      ),
    [settled, category, tag, author],
  )
  useTitle(heading === 'h1' ? t.title : '')
  const change = (name: string, value: string) =>
    setQuery(
      before => {
        if (value === '') before.delete(name)
        else before.set(name, value)
        return before
      },
      { replace: true },
    )
  const Heading = heading
  const isFiltered = [text, category, tag, author].some(Boolean)
  return (
    <div className={heading === 'h1' ? `${layout.stack3} ${styles.welcome}` : layout.stack3}>
      <Heading>{heading === 'h1' ? t.title : texts.front.newest}</Heading>
      <search className={styles.filter}>
        <SearchField value={text!} onChange={value => change('q', value)} />
        <div className={styles.category}>
          <select
            className={controlClass}
            aria-label={t.category}
            value={category}
            onChange={event => change('category', event.target.value)}
          >
            <option value="">{t.all}</option>
            {CATEGORY_OPTIONS.map(each => (
              <option key={each.value} value={each.value}>
                {each.text}
              </option>
            ))}
          </select>
        </div>
      </search>
      {(tag || author) && (
        <div className={layout.wrap2}>
          {tag && (
            <Chip
              text={t.tag({ tag: shownName(tag) })}
              label={t.removeTag({ tag: shownName(tag) })}
              onRemove={() => change('tag', '')}
            />
          )}
          {author && (
            <Chip
              text={t.author({ name: list.items?.[0]?.author.name || author.slice(-8) })}
              label={t.removeAuthor}
              onRemove={() => change('author', '')}
            />
          )}
        </div>
      )}
      {list.items?.length === 0 && (
        <EmptyState icon="search" title={isFiltered ? t.none : t.empty}>
          {isFiltered ? t.noneBody : t.emptyBody}
        </EmptyState>
      )}
      <ul className={layout.divided} aria-label={t.found}>
        {list.items?.map(listing => (
          <ListingItem key={listing.id} listing={listing} />
        ))}
      </ul>
      <More list={list} />
    </div>
  )
}

/** Returns a text after it has not changed for some time. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

function SearchField({ value, onChange }: { readonly value: string; onChange(value: string): void }) {
  return (
    <div className={`${layout.search} ${styles.search}`}>
      <Icon name="search" />
      <input
        type="search"
        aria-label={t.search}
        placeholder={t.placeholder}
        maxLength={256}
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </div>
  )
}

function Chip(props: { readonly text: string; readonly label: string; onRemove(): void }) {
  return (
    <Button size="small" icon="close" aria-label={props.label} onClick={props.onRemove}>
      {props.text}
    </Button>
  )
}
