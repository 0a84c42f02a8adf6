import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { earlierFile } from '@shoal/node/node/kernel/database/testing/earlier-file.ts'
import { Catalogue } from '@shoal/node/node/testing/catalogue.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FeedStore } from './feed-store.ts'

const FEED = { title: 'Films', everyMinutes: 30, filters: [] }
const SOURCE = 'https://films.example/1.torrent'
let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-feeds-'))
  path = join(folder, 'catalogue.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a link is from outside if only outside feeds contain it, added or not', async () => {
  const { feeds, close } = await opened()
  expect(feeds.isFromOutside(SOURCE)).toBe(false)
  const item = { guid: '1', title: 'Film', source: SOURCE, publishedMs: null }
  const [outside, inside] = ['https://a.example/', 'http://box/'].map(url => feeds.add({ url, ...FEED }).id)
  feeds.see(outside!, 0, [item])
  expect(feeds.isFromOutside(SOURCE)).toBe(true)
  feeds.takeSource(SOURCE)
  expect(feeds.isFromOutside(SOURCE)).toBe(true)
  feeds.update(inside!, { isFromInside: true })
  feeds.see(inside!, 0, [item])
  expect(feeds.isFromOutside(SOURCE)).toBe(false)
  await close()
})

test('feeds of the first version are migrated as outside feeds', async () => {
  const old = earlierFile(path, 1)
  old.exec(`INSERT INTO feeds (id, url, title, every_minutes, filters) VALUES (1, 'http://x/', 'X', 30, '[]');
    INSERT INTO feed_items (feed_id, guid, title, source, seen_ms, taken) VALUES (1, 'g', 'Film', '${SOURCE}', 5, 1)`)
  old.close()
  const { feeds, close } = await opened()
  expect(feeds.all()).toMatchObject([{ url: 'http://x/', isFromInside: false }])
  expect(feeds.items(1, 10)).toMatchObject([{ guid: 'g', taken: true }])
  expect(feeds.isFromOutside(SOURCE)).toBe(true)
  await close()
})

const NEW = { url: 'https://feed.example/', title: 'f', everyMinutes: 15, filters: [{ include: 'x' }] }
const item = (guid: string) => ({ guid, title: `t ${guid}`, source: 'magnet:?', publishedMs: null })

test('new items are reported once, also after a restart', async () => {
  const first = await opened()
  const { id } = first.feeds.add(NEW)
  expect(first.feeds.see(id, 1, [item('a'), item('b')]).map(({ guid }) => guid)).toEqual(['a', 'b'])
  await first.close()
  const { feeds, close } = await opened()
  const [fresh, ...none] = feeds.see(id, 2, [item('b'), item('c')])
  expect(fresh).toMatchObject({ guid: 'c', taken: false, seenMs: 2 })
  expect(none).toEqual([])
  feeds.take(fresh!.id)
  expect(feeds.item(fresh!.id)).toMatchObject({ taken: true })
  expect(feeds.items(id, 2).map(({ guid }) => guid)).toEqual(['c', 'b'])
  expect(feeds.find(NEW.url)).toMatchObject({ filters: [{ include: 'x' }], etag: null })
  expect(feeds.delete(id)).toBe(true)
  expect(feeds.countItems(id)).toBe(0)
  await close()
})

test('a limited number of items is kept', async () => {
  const { feeds, close } = await opened()
  const { id } = feeds.add(NEW)
  const many = Array.from({ length: 2500 }, (_, i) => item(`${i}`))
  feeds.see(id, 1, many)
  expect(feeds.countItems(id)).toBe(2000)
  await close()
})

async function opened() {
  const catalogue = await Catalogue.open(path)
  return { feeds: new FeedStore(catalogue.database), close: () => catalogue.close() }
}
