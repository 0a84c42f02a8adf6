import { formatShareLink } from '@shoal/links'
import { type TestNode, testNode } from '@shoal/node/node/testing/test-node.ts'
import { FileServer } from '@shoal/node/node/transfers/testing/file-server.ts'
import { until } from '@shoal/testing'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FeedStore } from './feed-store.ts'

const FEED = { title: 'Films', everyMinutes: 30, filters: [] }
let node: TestNode
let server: FileServer
/** The server under a name whose address is only known after a lookup. */
let named: string

beforeEach(async () => {
  node = await testNode()
  const torrent = writeMetainfo(await createTorrent(new URL(import.meta.url).pathname, {}))
  server = await FileServer.start(({ url }, response) => {
    if (url === '/feed')
      response.end('<rss><channel><item><title>Film</title><link>/film.torrent</link></item></channel></rss>')
    else response.end(torrent)
  })
  named = `http://localhost:${server.host.split(':')[1]}`
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await node.end()
})

/** Stores items as if the feed had been read. */
function feedWith(
  source: string,
  { isFromInside }: { isFromInside: boolean },
  url = 'https://feeds.example/',
) {
  const feeds = new FeedStore(node.catalogue.database)
  const { id } = feeds.add({ url, ...FEED })
  feeds.update(id, { isFromInside })
  feeds.see(id, 0, [{ guid: source, title: 'Film', source, publishedMs: null }])
}

test('links of outside feeds are not fetched from the local network, whoever adds them', async () => {
  const sources = ['/film.torrent', '/film.iso'].map(path => named + path)
  for (const [at, source] of sources.entries()) {
    feedWith(source, { isFromInside: false }, `https://feeds.example/${at}`)
    const refused = { code: 'bad-message', message: /local network/ }
    await expect(node.operations.addTorrent({ source })).rejects.toMatchObject(refused)
    const preview = node.operations.previewTorrent({ source, timeoutSeconds: 60 })
    await expect(preview).rejects.toMatchObject(refused)
  }
  expect(server.requests).toEqual([])
})

test('links of the user and of local feeds are fetched from the local network', async () => {
  const source = `${named}/film.torrent`
  expect(await node.operations.addTorrent({ source })).toMatchObject({ added: true })
  feedWith(`${named}/again.torrent`, { isFromInside: true })
  const again = await node.operations.addTorrent({ source: `${named}/again.torrent` })
  expect(again).toMatchObject({ added: false, torrent: { name: 'feed-items.slow.test.ts' } })
})

test('a feed in the local network is followed, and so are its items', async () => {
  const filters = [{ name: 'all', include: '', exclude: '', label: null, directory: null, paused: true }]
  const { id } = await node.operations.addFeed({ url: `${named}/feed`, everyMinutes: 30, filters })
  await node.operations.refreshFeed({ id })
  await until('its item is added', () => [...node.torrents.registry.listed()].length === 1)
  expect(new FeedStore(node.catalogue.database).isFromOutside(`${named}/film.torrent`)).toBe(false)
  expect(server.requests.map(({ url }) => url)).toEqual(expect.arrayContaining(['/feed', '/film.torrent']))
})

test('the local host of a share link in an outside feed is not asked', async () => {
  const { info } = await createTorrent(new URL(import.meta.url).pathname, {})
  const own = 'wss://files.example/own/announce'
  for (const [page, expected] of [
    ['http://127.0.0.1:9', [own]],
    ['https://files.example', [own, 'https://files.example/announce', 'wss://files.example/announce']],
  ] as const) {
    const magnet = { infoHashes: info.infoHashes, trackers: [own] }
    const source = formatShareLink(`${page}/share/`, { magnet })
    feedWith(source, { isFromInside: false }, `https://feeds.example/${page.length}`)
    const { torrent } = await node.operations.addTorrent({ source, paused: true })
    expect(node.torrents.registry.get(torrent!.id).api.trackers.flat()).toEqual(expected)
    await node.operations.actOnTorrents({ action: 'remove', ids: [torrent!.id] })
  }
})
