import { Failure } from '@shoal/daemon/failure'
import { isMagnet } from '@shoal/torrent'
import { isLocalHost } from '@shoal/torrent/local-address'
import { Parser } from 'htmlparser2'

const MAX_ITEMS = 2000
/** Maximum length of stored texts in UTF-16 units. */
const MAX_TITLE = 500
const MAX_TEXT = 4000
const MAX_DEPTH = 50

const TORRENT_TYPE = 'application/x-bittorrent'
const TORRENT_ENDING = /\.torrent$/i

interface ParsedItem {
  /** Unique within the feed. */
  readonly guid: string
  readonly title: string
  /** Magnet link or URL. */
  readonly source: string
  readonly publishedMs: number | null
}

export interface ParsedFeed {
  readonly title: string
  readonly items: readonly ParsedItem[]
}

interface Link {
  readonly url: string
  readonly type: string
}

/** The parts of one item that have been parsed so far. */
interface RawItem {
  texts: Record<string, string>
  enclosures: Link[]
  links: Link[]
}

interface Place {
  readonly base: URL
  /** Whether links to addresses of this machine and network are allowed. */
  readonly mayBeLocal: boolean
}

/** Elements whose text is used, by name without a prefix. */
const TEXTS = new Set(['title', 'guid', 'id', 'link', 'pubdate', 'published', 'updated', 'date', 'magneturi'])

/**
 * Parses RSS (0.9x, 1.0, 2.0) and Atom, with the `torrent` namespace that contains magnet links.
 * Items without something to download are left out. `base` is the feed's URL; `mayBeLocal` allows
 * links into the local network. Throws a Failure if it is not a feed.
 */
export function parseFeed(text: string, base: URL, mayBeLocal: boolean): ParsedFeed {
  const reader = new FeedReader()
  const parser = new Parser(reader, { xmlMode: true, decodeEntities: true })
  parser.write(text)
  parser.end()
  if (!reader.isFeed) throw new Failure('bad-feed', 'this is not an RSS or Atom feed: check the link')
  const items = reader.items.flatMap(raw => readItem(raw, { base, mayBeLocal }) ?? [])
  return { title: tidy(reader.title, MAX_TITLE), items }
}

class FeedReader {
  isFeed = false
  title = ''
  readonly items: RawItem[] = []
  readonly #path: string[] = []
  #item: RawItem | null = null
  #itemDepth = 0
  #text: string | null = null

  onopentag(rawName: string, attributes: Record<string, string>): void {
    const name = localName(rawName)
    this.#path.push(name)
    const depth = this.#path.length
    if (depth > MAX_DEPTH) throw new Failure('bad-feed', 'this feed is nested too deeply')
    if (depth === 1) this.isFeed = name === 'rss' || name === 'rdf' || name === 'feed'
    if ((name === 'item' || name === 'entry') && !this.#item && this.items.length < MAX_ITEMS) {
      this.#item = { texts: {}, enclosures: [], links: [] }
      this.#itemDepth = depth
    } else if (this.#item) this.#readLink(name, attributes)
    // Only children count: an image of the feed has a title too.
    this.#text = TEXTS.has(name) && this.#isChild(depth) ? '' : null
  }

  ontext(text: string): void {
    if (this.#text !== null && this.#text.length < MAX_TEXT) this.#text += text
  }

  onclosetag(rawName: string): void {
    const name = localName(rawName)
    const text = this.#text
    this.#text = null
    if (text !== null && this.#item) this.#item.texts[name] ||= text.trim()
    else if (text !== null && name === 'title') this.title ||= text
    if (this.#item && this.#path.length === this.#itemDepth) {
      this.items.push(this.#item)
      this.#item = null
    }
    this.#path.pop()
  }

  onerror(error: Error): void {
    throw error
  }

  #isChild(depth: number): boolean {
    // <torrent:torrent><torrent:magnetURI> is one level deeper.
    if (this.#item) return depth === this.#itemDepth + 1 || this.#path.at(-1) === 'magneturi'
    const parent = this.#path.at(-2)
    return parent === 'channel' || parent === 'feed'
  }

  #readLink(name: string, attributes: Record<string, string>): void {
    const item = this.#item!
    const { href = '', url = '', rel = 'alternate', medium = '' } = attributes
    // Without parameters (RFC 9110 section 8.3.1).
    const type = (attributes.type ?? '').split(';', 1)[0]!.trim().toLowerCase()
    const isLink = name === 'link'
    const link = { url: isLink ? href : url, type }
    const isFile = isLink ? rel === 'enclosure' : name === 'enclosure' || name === 'content'
    if (isFile && !isPicture(link, medium)) push(item.enclosures, link)
    if (isLink && !isFile) push(item.links, link)
  }
}

function push(links: Link[], link: Link): void {
  if (link.url === '' || link.url.length > MAX_TEXT || links.length >= 20) return
  links.push(link)
}

/** A picture illustrates an item, but is not its content. `medium`: that of Media RSS. */
function isPicture({ url, type }: Link, medium: string): boolean {
  const path = url.split(/[?#]/, 1)[0]!
  if (type === TORRENT_TYPE || isMagnet(url) || TORRENT_ENDING.test(path)) return false
  if (type.startsWith('image/') || medium.toLowerCase() === 'image') return true
  const isVague = type === '' || /\/(octet-stream|x-download|force-download)$/.test(type)
  return isVague && /\.(avif|bmp|gif|jpe?g|png|svg|webp)$/i.test(path)
}

function readItem({ texts, enclosures, links }: RawItem, place: Place): ParsedItem | null {
  const source = chooseSource(texts, { enclosures, links }, place)
  if (source === null) return null
  const title = tidy(texts.title ?? '', MAX_TITLE)
  const guid = tidy(texts.guid || texts.id || source, MAX_TEXT)
  const dates = [texts.pubdate, texts.published, texts.updated, texts.date]
  const publishedMs = dates.map(date => Date.parse(date ?? '')).find(ms => ms >= 0) ?? null
  return { guid, title: title || source.slice(0, MAX_TITLE), source, publishedMs }
}

/** Prefers a magnet link, then a .torrent, then any file, then the item's link. */
function chooseSource(
  texts: Record<string, string>,
  { enclosures, links }: { enclosures: Link[]; links: Link[] },
  place: Place,
): string | null {
  const pages: Link[] = [...links, { url: texts.link ?? '', type: '' }]
  const named: Link[] = [{ url: texts.magneturi ?? '', type: '' }, ...enclosures, ...pages]
  const safe = named.flatMap(({ url, type }) => {
    const full = safeSource(url, place)
    return full === null ? [] : [{ url: full, type }]
  })
  const first = (fits: (link: Link) => boolean) => safe.find(fits)?.url
  return (
    first(({ url }) => isMagnet(url)) ??
    first(({ type }) => type === TORRENT_TYPE) ??
    first(({ url }) => TORRENT_ENDING.test(new URL(url).pathname)) ??
    // The rest is sorted: enclosures come before pages.
    first(() => true) ??
    null
  )
}

/** A feed can only contain links: a path would be read from this machine. */
function safeSource(url: string, { base, mayBeLocal }: Place): string | null {
  if (url === '' || !URL.canParse(url, base)) return null
  const full = new URL(url, base)
  if (isMagnet(full.href)) return full.href
  if (!/^(https?|ftps?):$/.test(full.protocol)) return null
  // External feeds must not reach this machine and its network.
  return isLocalHost(full.hostname) && !mayBeLocal ? null : full.href
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

/** Collapses the text to one line. */
function tidy(text: string, maxLength: number): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, maxLength).toWellFormed()
}
