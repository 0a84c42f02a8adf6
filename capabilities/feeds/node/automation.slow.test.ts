/** Feeds of a real node: sessions, catalogue, files and programs are real. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Torrent } from '@shoal/api'
import { nodeForTest } from '@shoal/node/node/testing/for-test.ts'
import type { TestNode } from '@shoal/node/node/testing/test-node.ts'
import { torrentFile } from '@shoal/node/node/testing/torrent-file.ts'
import { FileServer } from '@shoal/node/node/transfers/testing/file-server.ts'
import { temporaryFolder } from '@shoal/node/node/transfers/testing/temporary.ts'
import { until } from '@shoal/testing'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { FeedFilter } from '../schemas.ts'

const torrentOf = (node: TestNode, id: string): Promise<Torrent | null> =>
  node.operations.getTorrent({ id }).catch(() => null)

test('items of a feed whose links lead to magnet links, and to compressed torrents of another type, are added', async () => {
  const node = await nodeForTest()
  const { bytes } = await torrentFile('zipped')
  await using server = await FileServer.start((request, response) => {
    const { url } = request
    if (url === '/magnet')
      return void response.writeHead(302, { location: `magnet:?xt=urn:btih:${'12'.repeat(20)}&dn=far` }).end()
    if (url === '/zipped')
      return void response
        .writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
        .end(gzipSync(bytes))
    const picture = '<enclosure url="/cover.jpg" type="image/jpeg"/>'
    const items = ['/magnet', '/zipped'].map(
      link => `<item><title>Item ${link}</title><guid>${link}</guid><link>${link}</link>${picture}</item>`,
    )
    response.end(`<rss><channel><title>Items</title>${items.join('')}</channel></rss>`)
  })
  const filters = [FeedFilter.parse({ include: 'item', paused: true })]
  await node.operations.addFeed({ url: `${server.url}/feed`, everyMinutes: 30, filters })
  const names = () => [...node.torrents.registry.listed()].map(({ name }) => name).sort()
  await until('both are added', () => names().length === 2)
  expect(names()).toEqual(['far', 'zipped'])
})

test('a feed item that is added by hand is marked and published', async () => {
  const node = await nodeForTest()
  const magnet = `magnet:?xt=urn:btih:${'12'.repeat(20)}`
  await using server = await FileServer.start((_, response) => {
    const items = [magnet, `magnet:?xt=urn:btih:${'34'.repeat(20)}`].map(
      (link, at) => `<item><title>Film ${at}</title><guid>${at}</guid><link>${link}</link></item>`,
    )
    response.end(`<rss><channel><title>Films</title>${items.join('')}</channel></rss>`)
  })
  const { id } = await node.operations.addFeed({ url: `${server.url}/feed`, everyMinutes: 30, filters: [] })
  const items = async () => (await node.operations.listFeedItems({ id, limit: 10 })).items
  await until('it is read', async () => (await items()).length === 2)
  let told = 0
  node.events.subscribe('feeds', () => told++)
  await node.operations.addTorrent({ source: magnet, paused: true })
  const taken = (await items()).map(({ title, taken }) => [title, taken])
  expect(taken.sort()).toEqual([
    ['Film 0', true],
    ['Film 1', false],
  ])
  expect(told).toBe(1)
})

test('a feed item is downloaded from a peer, moved when complete, and passed to a program once', async () => {
  const [seeder, node] = [await nodeForTest(), await nodeForTest()]
  await mkdir(seeder.directory, { recursive: true })
  const source = join(seeder.directory, 'film.mkv')
  await writeFile(source, Buffer.alloc(500_000, 'film'))
  const metainfo = await createTorrent(source, {})
  const id = infoHashText(metainfo.info.infoHashes)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await seeder.operations.addTorrent({ torrent, trusted: true })
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/film.torrent') response.end(Buffer.from(torrent, 'base64'))
    else
      response.end(
        `<rss><channel><title>Films</title><item><title>A film</title><guid>1</guid><enclosure url="/film.torrent"/></item></channel></rss>`,
      )
  })
  const [complete, told] = [join(node.folder, 'complete'), join(await temporaryFolder(), 'told')]
  const script = 'require("fs").appendFileSync(process.argv[1], process.argv[2] + "\\n")'
  await node.operations.changeSettings({
    downloads: { completeDirectory: complete },
    automation: { onComplete: [process.execPath, '-e', script, told, '{path}'] },
  })
  const filters = [FeedFilter.parse({ include: 'film', label: 'films' })]
  const feed = await node.operations.addFeed({ url: `${server.url}/feed`, everyMinutes: 30, filters })
  await until('it is added', () => torrentOf(node, id))
  node.torrents.registry.get(id).api.addPeer(`127.0.0.1:${seeder.engine.port}`)
  const lines = async () => (await readFile(told, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  await until('the program was run', async () => (await lines()).length > 0)
  expect(await lines()).toEqual([join(complete, 'film.mkv')])
  expect(await readFile(join(complete, 'film.mkv'))).toEqual(await readFile(source))
  expect((await torrentOf(node, id))!.label).toBe('films')
  const { items } = await node.operations.listFeedItems({ id: feed.id, limit: 10 })
  expect(items).toMatchObject([{ title: 'A film', taken: true }])

  // A restart does not run it again.
  const again = await node.restart()
  await until('it is shared again', async () => (await torrentOf(again, id))?.state === 'seeding')
  await again.operations.refreshFeed({ id: feed.id })
  expect(await lines()).toHaveLength(1)
})
