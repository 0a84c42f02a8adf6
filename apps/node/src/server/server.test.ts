import { connectNode } from '@shoal/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Access } from './access/access.ts'
import { createServer, type Server } from './server.ts'
import { ModelNode } from './testing/model-node.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
const HASH = '0123456789abcdef0123456789abcdef01234567'
let node: ModelNode
let server: Server

beforeEach(async () => {
  node = new ModelNode()
  server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
})
afterEach(() => server.close())

test('the typed client and the server understand each other', async () => {
  const api = connectNode({ url: server.url, token: TOKEN })
  const { added, torrent } = await api.addTorrent({ source: HASH, label: 'films', tags: ['a', 'b'] })
  expect({ added, id: torrent?.id }).toEqual({ added: true, id: HASH })
  const { items, total } = await api.listTorrents({ label: 'films', limit: 5, sort: 'name' })
  expect({ ids: items.map(({ id }) => id), total }).toEqual({ ids: [HASH], total: 1 })
  await api.updateTorrent({ id: HASH, label: null })
  expect((await api.getTorrent({ id: HASH.toUpperCase() })).label).toBeNull()
  await expect(api.getTorrent({ id: 'f'.repeat(40) })).rejects.toMatchObject({
    status: 404,
    code: 'not-found',
  })
  await expect(api.getJob({ id: 'x'.repeat(101) })).rejects.toMatchObject({ status: 400, field: 'id' })
})
