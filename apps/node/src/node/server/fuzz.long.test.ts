import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OPERATIONS, type Operation } from '@shoal/api'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { afterAll, beforeAll, describe } from 'vitest'
import { type TestNode, testNode } from '../testing/test-node.ts'
import { Access } from './access/access.ts'
import { createServer, type Server } from './server.ts'
import { testHostileRequests } from './testing/hostile-requests.ts'
import { HASH, type Served, serve, TOKEN } from './testing/served.ts'

describe('in front of a simulated node, any request gets a valid answer or a precise error', () => {
  let served: Served
  beforeAll(async () => {
    served = await serve()
  })
  afterAll(() => served.server.close())
  testHostileRequests(() => ({
    port: served.server.port,
    torrent: HASH,
    async refill() {
      const { node } = served
      node.share(HASH, 'A film', { 'film.mp4': new Uint8Array(1000), 'notes/read me.txt': new Uint8Array(0) })
      node.state.uploads.set('1', { id: '1', name: 'mine', files: [], startedMs: 0 })
      node.state.labels.set('films', { name: 'films', directory: null, colour: null })
    },
  }))
})

describe('in front of a real node', () => {
  let node: TestNode
  let server: Server
  let torrent: string
  let metainfo: string
  beforeAll(async () => {
    node = await testNode()
    server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
    const path = join(node.directory, 'film.mp4')
    await writeFile(path, new Uint8Array(50_000))
    const made = await createTorrent(path, { version: 'hybrid' })
    torrent = infoHashText(made.info.infoHashes)
    metainfo = Buffer.from(writeMetainfo(made)).toString('base64')
  })
  afterAll(async () => {
    await server.close()
    await node.end()
  })
  // These would contact other machines, or run programs from the settings.
  const reaching = Object.entries<Operation>(OPERATIONS).filter(([, { texts = {} }]) =>
    Object.values(texts).includes('address'),
  )
  const left = ['previewTorrent', 'changeSettings', ...reaching.map(([name]) => name)]
  // This server does not open the node to others.
  left.push('getReach', 'openUp', 'closeUp', 'setPassword', 'testReach')
  const refill = () => node.operations.addTorrent({ torrent: metainfo, trusted: true })
  testHostileRequests(() => ({ port: server.port, torrent, refill }), left)
})
