/**
 * Torznab, used by Prowlarr, Sonarr, Radarr and others: RSS 2.0 with attributes, based on the
 * Newznab API (https://torznab.github.io/spec-1.3-draft/).
 */
import type { Category, Listing } from '@shoal/hub-api'
import { readLink } from '../link.ts'
import { type FeedPlace, pageOf, sourceOf, TORRENT_TYPE } from './source.ts'
import { element, textElement, XML_HEAD } from './xml.ts'

/**
 * Newznab categories with their names; from 100,000 on they are site-specific. Whole thousands
 * contain the others.
 */
const NUMBERS: Readonly<Record<Category, readonly [number: number, name: string]>> = {
  films: [2000, 'Movies'],
  series: [5000, 'TV'],
  music: [3000, 'Audio'],
  audiobooks: [3030, 'Audio/Audiobook'],
  books: [7000, 'Books'],
  comics: [7030, 'Books/Comics'],
  games: [4050, 'PC/Games'],
  software: [4000, 'PC'],
  pictures: [100_001, 'Pictures'],
  data: [100_002, 'Data'],
  other: [8000, 'Other'],
}
const CATEGORIES = Object.keys(NUMBERS) as Category[]
const [THOUSAND, FIRST_OWN] = [1000, 100_000] as const

/** Search types by their `t`: name in the capabilities, parameters, and default categories. */
const SEARCHES: Readonly<
  Record<
    string,
    { readonly name: string; readonly parameters: string; readonly within?: readonly Category[] }
  >
> = {
  search: { name: 'search', parameters: 'q' },
  tvsearch: { name: 'tv-search', parameters: 'q,season,ep', within: ['series'] },
  movie: { name: 'movie-search', parameters: 'q', within: ['films'] },
  music: { name: 'audio-search', parameters: 'q', within: ['music', 'audiobooks'] },
  book: { name: 'book-search', parameters: 'q', within: ['books', 'comics', 'audiobooks'] },
}

/**
 * Parameters for catalogue numbers and other fields. Clients that have not read the capabilities
 * send them: the result is then empty.
 */
const UNSUPPORTED = [
  ...['rid', 'tvdbid', 'tvmazeid', 'traktid', 'imdbid', 'tmdbid', 'doubanid', 'genre', 'year'],
  ...['artist', 'album', 'label', 'track', 'author', 'title', 'publisher'],
]

export const TORZNAB_TYPE = 'application/rss+xml; charset=utf-8'
export const XML_TYPE = 'application/xml; charset=utf-8'
const MAX_ITEMS = 100
/** Clients page by skipping, at most this far. */
const MAX_OFFSET = 900

/** Numbered as in the Newznab specification. */
export const TORZNAB_ERRORS = {
  credentials: 100,
  missing: 200,
  incorrect: 201,
  function: 202,
  limit: 500,
  internal: 900,
} as const

export class TorznabError extends Error {
  readonly number: number

  constructor(kind: keyof typeof TORZNAB_ERRORS, message: string) {
    super(message)
    this.number = TORZNAB_ERRORS[kind]
  }
}

export interface TorznabSearch {
  readonly text: string
  /** Categories to search: all if empty. Null: no results possible. */
  readonly categories: readonly Category[] | null
  readonly offset: number
  readonly limit: number
}

/** Parses search parameters. Throws TorznabError. */
export function searchOf(query: Readonly<Record<string, unknown>>): TorznabSearch {
  const kind = textOf(query, 't')
  const search = Object.hasOwn(SEARCHES, kind) ? SEARCHES[kind] : undefined
  if (!search) throw new TorznabError('function', 'No such function')
  const asked = textOf(query, 'cat')
  const words = [textOf(query, 'q'), ...(kind === 'tvsearch' ? [episode(query)] : [])]
  const text = words.join(' ').trim()
  if (Buffer.byteLength(text) > 1000)
    throw new TorznabError('incorrect', 'Incorrect parameter: q is too long')
  const isSupported = UNSUPPORTED.every(name => textOf(query, name) === '')
  const wanted = asked === '' ? (search.within ?? []) : categoriesOf(asked)
  return {
    text,
    categories: isSupported ? wanted : null,
    offset: integer(query, 'offset', 0, Number.MAX_SAFE_INTEGER),
    limit: Math.min(MAX_ITEMS, integer(query, 'limit', MAX_ITEMS, Number.MAX_SAFE_INTEGER)),
  }
}

/** Returns how many listings to skip and take, or null beyond the paging limit. */
export function rangeOf({
  offset,
  limit,
}: TorznabSearch): { readonly skip: number; readonly take: number } | null {
  return offset > MAX_OFFSET || limit === 0 ? null : { skip: offset, take: limit }
}

/**
 * Returns whether a listing has an info hash and readable content: Torznab supports nothing else.
 */
export function isTorznab({ kind }: Listing): boolean {
  return kind === 'open'
}

export function torznabCaps(name: string): string {
  const searching = Object.values(SEARCHES).map(search =>
    element(search.name, { available: 'yes', supportedParams: search.parameters }),
  )
  const numbers = Object.values(NUMBERS)
  const isOwn = (id: number) => id >= FIRST_OWN || id % THOUSAND === 0
  const categories = numbers
    .filter(([id]) => isOwn(id))
    .map(([id, name]) => {
      const within = numbers.filter(([other]) => !isOwn(other) && other - (other % THOUSAND) === id)
      const parts = within.map(([number, part]) => element('subcat', { id: number, name: part }))
      return element('category', { id, name }, parts.join(''))
    })
  return (
    XML_HEAD +
    element(
      'caps',
      {},
      element('server', { title: name }) +
        element('limits', { max: MAX_ITEMS, default: MAX_ITEMS }) +
        element('searching', {}, searching.join('')) +
        element('categories', {}, categories.join('')),
    )
  )
}

export function torznabFeed(name: string, listings: readonly Listing[], place: FeedPlace): string {
  const items = listings.map(listing => itemOf(listing, place))
  return (
    XML_HEAD +
    element(
      'rss',
      { version: '2.0', 'xmlns:torznab': 'http://torznab.com/schemas/2015/feed' },
      element(
        'channel',
        {},
        [
          textElement('title', name),
          textElement('link', `${place.origin}/`),
          textElement('description', name),
          ...items,
        ].join('\n'),
      ),
    )
  )
}

export function torznabError({ number, message }: Pick<TorznabError, 'number' | 'message'>): string {
  return XML_HEAD + element('error', { code: number, description: message })
}

function itemOf(listing: Listing, place: FeedPlace): string {
  const { id, title, category, createdMs, sizeBytes, fileCount, seeders, leechers } = listing
  const { infoHashV1, infoHashV2, comments, link } = listing
  const { url } = sourceOf(listing, place)
  const [number] = NUMBERS[category as Category] ?? NUMBERS.other
  const page = pageOf(place, id)
  const attributes = {
    category: number,
    size: sizeBytes,
    files: fileCount ?? undefined,
    seeders,
    peers: seeders + leechers,
    // Clients know only v1. Trackers and peers use the first 20 bytes of a v2 hash (BEP 52).
    infohash: infoHashV1 ?? infoHashV2!.slice(0, 40),
    magneturl: readLink(link).magnet,
    comments,
  }
  return element(
    'item',
    {},
    [
      textElement('title', title),
      element('guid', { isPermaLink: 'true' }, { text: page }),
      textElement('comments', page),
      // RFC 822 date with a numeric zone, which all parsers read.
      textElement('pubDate', new Date(createdMs).toUTCString().replace('GMT', '+0000')),
      textElement('size', String(sizeBytes)),
      textElement('link', url),
      textElement('category', String(number)),
      element('enclosure', { url, length: sizeBytes, type: TORRENT_TYPE }),
      ...Object.entries(attributes).flatMap(([attribute, value]) =>
        value === undefined ? [] : [element('torznab:attr', { name: attribute, value })],
      ),
    ].join('\n'),
  )
}

/** A whole thousand includes all categories within it. */
function categoriesOf(text: string): readonly Category[] | null {
  const numbers = text.split(',', 100).map(Number)
  const found = CATEGORIES.filter(category => {
    const [own] = NUMBERS[category]
    return numbers.some(
      asked => asked === own || (asked % THOUSAND === 0 && own - (own % THOUSAND) === asked),
    )
  })
  return found.length === 0 ? null : found
}

/**
 * Season and episode in the notation of release names; year with month and day for daily series.
 */
function episode(query: Readonly<Record<string, unknown>>): string {
  const day = /^(\d{4}) (\d\d?)\/(\d\d?)$/.exec(`${textOf(query, 'season')} ${textOf(query, 'ep')}`)
  if (day)
    return day
      .slice(1)
      .map(each => each.padStart(2, '0'))
      .join(' ')
  const part = (name: string, letter: string) => {
    const text = textOf(query, name)
    if (text === '') return ''
    if (!/^\d{1,4}$/.test(text)) throw new TorznabError('incorrect', `Incorrect parameter: ${name}`)
    return letter + text.padStart(2, '0')
  }
  return part('season', 'S') + part('ep', 'E')
}

function textOf(query: Readonly<Record<string, unknown>>, name: string): string {
  const value = query[name] ?? ''
  if (typeof value !== 'string') throw new TorznabError('incorrect', `Incorrect parameter: ${name}`)
  return value
}

function integer(query: Readonly<Record<string, unknown>>, name: string, usual: number, max: number): number {
  const text = textOf(query, name)
  if (text === '') return usual
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new TorznabError('incorrect', `Incorrect parameter: ${name}`)
  return value
}
