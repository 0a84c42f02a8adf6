import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Workplace } from '@shoal/node/testing/shoal-process.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ITEM = `<item><title>Film</title><link>magnet:?xt=urn:btih:${'1'.repeat(40)}</link></item>`
const FEED = `<rss><channel><title>Films of the harbour</title>${ITEM}</channel></rss>`

const server = createServer((request, response) => response.end(request.url === '/feed' ? FEED : '<html>'))
let place: Workplace
let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  place = await Workplace.create({ oneProcess: true })
  await place.node()
})
afterAll(async () => {
  await place[Symbol.asyncDispose]()
  server.close()
})

test('reads an added feed at once and shows its title', async () => {
  expect(await place.json('feeds', 'add', `${url}/feed`)).toMatchObject({
    code: 0,
    object: { title: 'Films of the harbour', fetchedMs: expect.any(Number), error: null },
  })
})

test('fails for a document that is not a feed, and says that the feed is kept', async () => {
  const page = `${url}/page`
  const added = await place.run('feeds', 'add', page)
  expect(added.code).toBe(1)
  expect(added.stderr).toMatch(
    /this feed cannot be read: this is not an RSS or Atom feed: check the link\. It is kept .* feeds remove \d+ removes it/,
  )
  const { items } = (await place.json('feeds')).object
  const { id } = items.find((each: { url: string }) => each.url === page)
  expect(await place.json('feeds', 'refresh', id)).toMatchObject({
    code: 1,
    object: { error: 'this is not an RSS or Atom feed: check the link' },
  })
})
