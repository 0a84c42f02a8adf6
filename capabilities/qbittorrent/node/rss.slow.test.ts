import { compatServer, TOKEN } from '@shoal/node/node/server/compat/testing/compat-server.ts'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { KeptStore } from './kept-store.ts'
import { qbittorrentApi } from './plugin.ts'

const item = (title: string) =>
  `<item><title>${title}</title><guid>${title}</guid><link>magnet:?xt=urn:btih:${'0'.repeat(40)}</link></item>`
const FEED = `<rss version="2.0"><channel><title>Shows</title>${item('One S01E01')}${item('Two S01E01')}</channel></rss>`

test('feeds and rules are added, changed and removed', async () => {
  await using server = await compatServer(node => qbittorrentApi(new KeptStore(node.kernel.database)))
  await using site = fastify()
  site.get('/feed.xml', async (_, reply) => reply.type('application/rss+xml').send(FEED))
  const url = `${await site.listen({ port: 0, host: '127.0.0.1' })}/feed.xml`
  const ask = async (name: string, params: Record<string, string> = {}) => {
    const payload = new URLSearchParams(params).toString()
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-www-form-urlencoded' }
    return server.app.inject({ method: 'POST', url: `/api/v2/rss/${name}`, payload, headers })
  }

  await ask('addFeed', { url, path: '' })
  expect((await ask('addFeed', { url })).statusCode).toBe(409)
  await ask('refreshItem', { itemPath: url })
  const items = (await ask('items', { withData: 'true' })).json()
  const [path] = Object.keys(items)
  expect(items[path!]).toMatchObject({ url, hasError: false, title: path })
  expect(items[path!].articles.map(({ title }: { title: string }) => title).sort()).toEqual([
    'One S01E01',
    'Two S01E01',
  ])

  // No item of the feed matches it, so nothing is added.
  const def = { mustContain: 'Three', assignedCategory: 'tv', addPaused: true, affectedFeeds: [url] }
  await ask('setRule', { ruleName: 'shows', ruleDef: JSON.stringify({ ...def, useRegex: true }) })
  expect((await ask('rules')).json()).toMatchObject({ shows: { ...def, useRegex: true, enabled: true } })
  expect((await ask('matchingArticles', { ruleName: 'shows' })).json()).toEqual({})
  // Rules without effect are kept: switched off, or without feeds.
  for (const resting of [
    { ...def, enabled: false },
    { ...def, affectedFeeds: [] },
  ]) {
    expect((await ask('setRule', { ruleName: 'shows', ruleDef: JSON.stringify(resting) })).statusCode).toBe(
      200,
    )
    expect((await ask('rules')).json()).toMatchObject({ shows: resting })
    expect((await server.call('listFeeds', {})).items).toMatchObject([{ filters: [] }])
  }
  await ask('setRule', { ruleName: 'none', ruleDef: '{}' })
  await ask('renameRule', { ruleName: 'none', newRuleName: 'nothing' })
  expect(Object.keys((await ask('rules')).json())).toEqual(['nothing', 'shows'])
  await ask('removeRule', { ruleName: 'nothing' })
  await ask('setRule', { ruleName: 'shows', ruleDef: JSON.stringify(def) })
  await ask('renameRule', { ruleName: 'shows', newRuleName: 'all shows' })
  expect(Object.keys((await ask('rules')).json())).toEqual(['all shows'])
  await ask('removeRule', { ruleName: 'all shows' })
  expect((await ask('rules')).json()).toEqual({})
  expect((await ask('removeItem', { path: 'nonsense' })).statusCode).toBe(409)
  await ask('removeItem', { path: path! })
  expect((await ask('items')).json()).toEqual({})
})
