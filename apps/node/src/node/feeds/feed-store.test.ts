import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { earlierFile } from '../kernel/database/testing/earlier-file.ts'
import { Catalogue } from '../testing/catalogue.ts'

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

async function opened() {
  const catalogue = await Catalogue.open(path)
  return { feeds: catalogue.feeds, close: () => catalogue.close() }
}
