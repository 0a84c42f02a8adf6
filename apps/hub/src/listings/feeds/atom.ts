/** Listings as an Atom feed (RFC 4287). */
import type { Listing } from '@shoal/hub-api'
import { markdownToHtml } from '@shoal/markdown/html'
import { type FeedPlace, pageOf, sourceOf } from './source.ts'
import { element, textElement, XML_HEAD } from './xml.ts'

export const ATOM_TYPE = 'application/atom+xml; charset=utf-8'
/** Most characters of a description in a feed: the page shows all of it. */
const MAX_DESCRIPTION = 4000

export interface AtomFeed extends FeedPlace {
  /** The name of the hub. */
  readonly name: string
  /** The DID of the hub, which makes ids unique. */
  readonly did: string
  /** Path and query of the feed, without the key. */
  readonly path: string
  readonly listings: readonly Listing[]
}

export function atomFeed(feed: AtomFeed): string {
  const { name, did, path, origin, listings } = feed
  const changedMs = Math.max(0, ...listings.map(each => each.changedMs))
  return (
    XML_HEAD +
    element(
      'feed',
      { xmlns: 'http://www.w3.org/2005/Atom' },
      [
        textElement('id', `${did}#feed-${encodeURIComponent(path)}`),
        textElement('title', name),
        textElement('updated', new Date(changedMs).toISOString()),
        element('link', { rel: 'self', href: `${origin}${path}` }),
        element('link', { rel: 'alternate', type: 'text/html', href: `${origin}/` }),
        textElement('generator', 'Shoal'),
        ...listings.map(listing => entryOf(listing, feed)),
      ].join('\n'),
    )
  )
}

function entryOf(listing: Listing, feed: AtomFeed): string {
  const { id, title, author, category, tags, createdMs, changedMs } = listing
  const { url, type } = sourceOf(listing, feed)
  const terms = [category, ...tags].map(term => element('category', { term }))
  return element(
    'entry',
    {},
    [
      textElement('id', `${feed.did}#listing-${id}`),
      textElement('title', title),
      textElement('published', new Date(createdMs).toISOString()),
      textElement('updated', new Date(changedMs).toISOString()),
      element('author', {}, textElement('name', author.name || author.did) + textElement('uri', author.did)),
      ...terms,
      element('link', { rel: 'alternate', type: 'text/html', href: pageOf(feed, id) }),
      element('link', { rel: 'enclosure', type, href: url }),
      element('content', { type: 'html' }, { text: htmlOf(listing) }),
    ].join('\n'),
  )
}

function htmlOf({ description }: Listing): string {
  const isLong = description.length > MAX_DESCRIPTION
  return markdownToHtml(isLong ? `${description.slice(0, MAX_DESCRIPTION).toWellFormed()}…` : description)
}
