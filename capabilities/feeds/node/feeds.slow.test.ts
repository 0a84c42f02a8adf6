import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Failure } from '@shoal/daemon/failure'
import { Catalogue } from '@shoal/node/node/testing/catalogue.ts'
import { SimulatedTorrents } from '@shoal/node/node/testing/simulated-torrents.ts'
import { Entries } from '@shoal/node/node/transfers/testing/entries.ts'
import { FileServer } from '@shoal/node/node/transfers/testing/file-server.ts'
import { temporaryFolder } from '@shoal/node/node/transfers/testing/temporary.ts'
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { VirtualClock } from '@shoal/torrent/testing'
import { afterEach, expect, test } from 'vitest'
import { type Feed, FeedFilter } from '../schemas.ts'
import { FeedStore } from './feed-store.ts'
import { Feeds } from './feeds.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const magnet = (at: number) => `magnet:?xt=urn:btih:${String(at).repeat(40).slice(0, 40)}&amp;dn=film${at}`
const item = (at: number) =>
  `<item><title>Film ${at}</title><guid>g${at}</guid><link>${magnet(at)}</link></item>`
const rss = (...numbers: number[]) =>
  `<rss><channel><title>Films</title>${numbers.map(item).join('')}</channel></rss>`
const filter = (include: string, more: Partial<FeedFilter> = {}) => FeedFilter.parse({ include, ...more })

async function open({ path = '', clock = systemClock as typeof systemClock | VirtualClock } = {}) {
  const file = path || join(await temporaryFolder(), 'catalogue.db')
  const catalogue = await Catalogue.open(file)
  const node = new SimulatedTorrents()
  const log = new Entries()
  let changes = 0
  const feeds = new Feeds({
    clock,
    log,
    userAgent: 'Shoal/test',
    store: new FeedStore(catalogue.database),
    operations: node.operations,
    onChanged: () => void changes++,
  })
  feeds.start()
  const close = async () => {
    await feeds.close()
    await catalogue.close()
  }
  closers.push(close)
  return { ...feeds.operations, node, log, file, close, changes: () => changes }
}

test('a new feed is read at once, and matching items are added with label and pause', async () => {
  await using server = await FileServer.start((_, response) => response.end(rss(3, 2, 1)))
  const { addFeed, listFeeds, listFeedItems, node, changes } = await open()
  const filters = [
    filter('film 1', { label: 'one', paused: true }),
    filter('/film [12]/', { directory: '/two' }),
  ]
  const feed = await addFeed({ url: `${server.url}/feed`, everyMinutes: 30, filters })
  expect(feed).toMatchObject({ title: `${server.host}/feed`, fetchedMs: null, error: null })
  await until('two are added', () => node.names.length === 2)
  expect(node.rows).toMatchObject([
    { name: 'film2', directory: '/two', state: 'downloading' },
    { name: 'film1', label: 'one', state: 'paused' },
  ])
  await until('the feed has been read', async () => (await listFeeds({})).items[0]!.fetchedMs)
  expect((await listFeeds({})).items[0]!.title).toBe('Films')
  await until(
    'both are taken',
    async () =>
      (await listFeedItems({ id: feed.id, limit: 10 })).items.filter(each => each.taken).length === 2,
  )
  const first = await listFeedItems({ id: feed.id, limit: 2 })
  const second = await listFeedItems({ id: feed.id, limit: 2, cursor: first.next! })
  expect([...first.items, ...second.items].map(({ title, taken }) => [title, taken]).sort()).toEqual([
    ['Film 1', true],
    ['Film 2', true],
    ['Film 3', false],
  ])
  expect([first.total, second.next]).toEqual([3, null])
  expect(changes()).toBeGreaterThan(1)
})

test('it is read again when due, with a conditional request, and nothing is added twice', async () => {
  let text = rss(1)
  await using server = await FileServer.start((request, response) => {
    const etag = `"${text.length}"`
    response.setHeader('etag', etag).setHeader('last-modified', 'Mon, 05 Jan 2026 10:00:00 GMT')
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.end(text)
  })
  const clock = new VirtualClock()
  const { addFeed, refreshFeed, node } = await open({ clock })
  const { id } = await addFeed({ url: server.url, everyMinutes: 30, filters: [filter('')] })
  await clock.advance(0)
  await until('it was read', () => node.names.length === 1)
  await refreshFeed({ id })
  node.node.state.torrents.clear()
  const before = server.requests.length
  await clock.advance(29 * 60_000)
  expect(server.requests.length).toBe(before)
  text = rss(2, 1)
  await clock.advance(2 * 60_000)
  await until('the new one is added', () => node.names.length === 1)
  expect(node.names).toEqual(['film2'])
  expect(server.headers('if-none-match').slice(0, 2)).toEqual([undefined, `"${rss(1).length}"`])
  expect(server.headers('if-modified-since')[1]).toBe('Mon, 05 Jan 2026 10:00:00 GMT')
})

test('a filter that takes too long is reported on the feed, and the others work', async () => {
  const hostile = `${'a'.repeat(60)}!`
  const text = rss(1, 2).replace('Film 2', hostile)
  await using server = await FileServer.start((_, response) => response.end(text))
  const { addFeed, listFeeds, node } = await open()
  const filters = [filter('/^(a+)+$/'), filter('film')]
  await addFeed({ url: server.url, everyMinutes: 30, filters })
  await until('the item of the good filter is added', () => node.names.length === 1)
  expect(node.names).toEqual(['film1'])
  const [feed] = (await listFeeds({})).items
  expect(feed!.error).toContain('the filter /^(a+)+$/ takes too long to match "aaaa')
})

test('seen items are remembered after a restart', async () => {
  let text = rss(1)
  await using server = await FileServer.start((_, response) => response.end(text))
  const first = await open()
  const { id } = await first.addFeed({ url: server.url, everyMinutes: 30, filters: [filter('film')] })
  await until('it is added', () => first.node.names.length === 1)
  await first.refreshFeed({ id })
  await first.close()
  text = rss(2, 1)
  const second = await open({ path: first.file })
  await second.refreshFeed({ id })
  expect(second.node.names).toEqual(['film2'])
})

test('a changed filter is applied to the existing items', async () => {
  await using server = await FileServer.start((_, response) => response.end(rss(1, 2)))
  const { addFeed, refreshFeed, updateFeed, node } = await open()
  const { id } = await addFeed({ url: server.url, everyMinutes: 30, filters: [] })
  await refreshFeed({ id })
  expect(node.names.length).toBe(0)
  const changed = await updateFeed({ id, everyMinutes: 60, filters: [filter('film 2')] })
  expect(changed).toMatchObject({ everyMinutes: 60, filters: [{ include: 'film 2' }] })
  await until('it is added', () => node.names.length === 1)
  expect(node.names).toEqual(['film2'])
  await expect(updateFeed({ id, filters: [filter('/(/')] })).rejects.toMatchObject({
    field: 'filters.0.include',
  })
})

test('an item that could not be added is retried at the next read', async () => {
  await using server = await FileServer.start((_, response) => response.end(rss(1)))
  const { addFeed, refreshFeed, node, log } = await open()
  node.nextFault = new Failure('no-answer', 'the server is busy')
  const { id } = await addFeed({ url: server.url, everyMinutes: 30, filters: [filter('')] })
  await refreshFeed({ id })
  expect(log.text).toContain('the server is busy')
  expect(node.names.length).toBe(0)
  await refreshFeed({ id })
  expect(node.names).toEqual(['film1'])
})

test('a failing feed reports the error, is read less and less often, and recovers', async () => {
  let isBroken = true
  await using server = await FileServer.start((_, response) =>
    isBroken ? response.writeHead(500).end() : response.end(rss(1)),
  )
  const clock = new VirtualClock()
  const { addFeed, listFeeds, refreshFeed } = await open({ clock })
  const { id } = await addFeed({ url: server.url, everyMinutes: 10, filters: [] })
  const at: number[] = []
  for (let minute = 0; minute <= 150; minute++) {
    const before = server.requests.length
    await clock.advance(minute === 0 ? 0 : 60_000)
    // A request is sent as soon as it is due.
    if (minute === 0 || [20, 60, 140].includes(minute))
      await until(`it is asked in minute ${minute}`, () => server.requests.length > before)
    if (server.requests.length > before) {
      at.push(minute)
      await until('it has failed', async () => (await status()).error !== null)
      await refreshSettled()
    }
  }
  expect(at).toEqual([0, 20, 60, 140])
  expect((await status()).error).toContain('HTTP 500')
  isBroken = false
  expect(await refreshFeed({ id })).toMatchObject({ error: null, title: 'Films' })

  async function status(): Promise<Feed> {
    return (await listFeeds({})).items[0]!
  }
  /** The reader is waiting again. */
  async function refreshSettled(): Promise<void> {
    await until('it waits again', () => clock.pending === 1)
  }
})

test('compressed feeds and other charsets are read; too large or invalid ones are rejected', async () => {
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><title>Fün</title></channel></rss>',
    'latin1',
  )
  await using server = await FileServer.start((request, response) => {
    switch (request.url) {
      case '/latin':
        return response.end(latin)
      case '/gzip':
        return response.setHeader('content-encoding', 'gzip').end(gzipSync(rss(1)))
      case '/bomb':
        return response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(20_000_000)))
      case '/long':
        return response.end(Buffer.alloc(11_000_000))
      default:
        return response.end('<html></html>')
    }
  })
  const { addFeed, refreshFeed } = await open()
  const read = async (path: string) => {
    const { id } = await addFeed({ url: `${server.url}${path}`, everyMinutes: 30, filters: [] })
    return refreshFeed({ id })
  }
  expect(await read('/latin')).toMatchObject({ title: 'Fün', error: null })
  expect(await read('/gzip')).toMatchObject({ title: 'Films', error: null })
  for (const path of ['/bomb', '/long', '/html']) expect((await read(path)).error).toBeTruthy()
})

test('a feed is added only once, and removing it also stops a read in progress', async () => {
  await using server = await FileServer.start(() => {})
  const { addFeed, listFeeds, removeFeed, refreshFeed, listFeedItems, close } = await open()
  const input = { url: server.url, everyMinutes: 30, filters: [] }
  const { id } = await addFeed(input)
  expect((await addFeed(input)).id).toBe(id)
  await until('it is being read', () => server.requests.length === 1)
  await removeFeed({ id })
  expect(await listFeeds({})).toEqual({ items: [] })
  for (const call of [
    () => removeFeed({ id }),
    () => refreshFeed({ id }),
    () => listFeedItems({ id: 'x', limit: 1 }),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'not-found', field: 'id' })
  await close()
  await until('no connection is left', async () => (await server.connections()) === 0)
})
