import { expect, test } from 'vitest'
import { FtpHandler } from '../transfers/ftp/ftp-handler.ts'
import { HttpHandler } from '../transfers/http/http-handler.ts'
import type { ProtocolHandler } from '../transfers/protocol.ts'
import { testContext } from '../transfers/testing/run.ts'
import { BitTorrentHandler } from './bittorrent-handler.ts'
import { ProtocolManager } from './protocol-manager.ts'

const V1 = '0123456789abcdef0123456789abcdef01234567'
const V2 = V1 + V1.slice(0, 24)
const CID = 'baf5rcfabcivzvqapajlysjrrskchaasyh4wxetq'

function open() {
  const added: (string | Uint8Array)[] = []
  const bitTorrent = new BitTorrentHandler({
    addTorrent: async source => {
      added.push(source)
      return { id: V1, added: true }
    },
    seedPath: async path => {
      throw Object.assign(new Error(`shares ${path}`), { code: 'reached' })
    },
  })
  const context = testContext()
  const manager = new ProtocolManager()
  manager.register(bitTorrent)
  manager.register(
    new HttpHandler({ context, userAgent: 'test', addTorrent: bitTorrent.add.bind(bitTorrent) }),
  )
  manager.register(new FtpHandler({ context }))
  return { manager, added }
}

test.each([
  [`magnet:?xt=urn:btih:${V1}`, 'BitTorrent'],
  ['MAGNET:?dn=no+hash', 'BitTorrent'],
  [V1.toUpperCase(), 'BitTorrent'],
  [V2, 'BitTorrent'],
  [`1220${V2}`, 'BitTorrent'],
  ['abcdefghijklmnopqrstuvwxyz234567', 'BitTorrent'],
  [CID, 'BitTorrent'],
  ['a.torrent', 'BitTorrent'],
  ['/some/where/a file.torrent', 'BitTorrent'],
  ['file:///some/a.torrent', 'BitTorrent'],
  ['https://x.example/a.torrent?key=1', 'BitTorrent'],
  ['  https://x.example/a.iso ', 'HTTP'],
  ['HTTP://x.example/download.php?file=a.torrent', 'HTTP'],
  ['ftp://x.example/a.torrent', 'FTP'],
  ['ftps://x.example/a', 'FTP'],
])('%s is for %s', (identifier, name) => {
  expect(open().manager.handlerFor(identifier)?.name).toBe(name)
})

test.each(['', 'hello', 'ipfs://abc/x.torrent', 'gopher://x', V1.slice(1), `${V1}0`])(
  '%j is for nobody: what is understood is listed',
  async identifier => {
    const { manager } = open()
    expect(manager.handlerFor(identifier)).toBeNull()
    const download = manager.download(identifier, { directory: '/tmp' })
    await expect(download).rejects.toMatchObject({ code: 'unknown-identifier', field: 'source' })
    await expect(download).rejects.toThrow(/magnet.*info hash.*\.torrent.*http.*ftp/)
  },
)

test('a message that lists what is understood repeats no password', async () => {
  const download = open().manager.download('gopher://me:s3cret@x/y', { directory: '/tmp' })
  await expect(download).rejects.toThrow('gopher://x/y')
})

test('notations of one hash become one', async () => {
  const { manager, added } = open()
  for (const identifier of [V1.toUpperCase(), 'AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH'])
    await manager.download(identifier, { directory: '/tmp' })
  expect(added).toEqual([V1, V1])
  await expect(manager.download('baf5rzzzz', { directory: '/tmp' })).rejects.toMatchObject({
    code: 'bad-info-hash',
  })
})

test('handlers plug in before others, and go again', async () => {
  const { manager } = open()
  const ipfs: ProtocolHandler = {
    name: 'IPFS',
    understands: ['ipfs://…'],
    canHandle: identifier => identifier.startsWith('ipfs://') || identifier.startsWith('baf'),
    download: async () => ({ kind: 'torrent', id: V2, added: false }),
    seed: async () => {
      throw Object.assign(new Error('no'), { code: 'unsupported' })
    },
  }
  manager.register(ipfs, { before: 'BitTorrent' })
  expect(() => manager.register(ipfs)).toThrow('already')
  expect(manager.describe().map(({ name }) => name)).toEqual(['IPFS', 'BitTorrent', 'HTTP', 'FTP'])
  expect(await manager.download(CID, { directory: '/tmp' })).toMatchObject({ id: V2 })
  expect(manager.unregister('IPFS')).toBe(true)
  expect(manager.unregister('IPFS')).toBe(false)
  expect(manager.handlerFor(CID)?.name).toBe('BitTorrent')
})

test('what can share does; what cannot says so', async () => {
  const { manager } = open()
  await expect(manager.seed('/a')).rejects.toMatchObject({ code: 'reached' })
  await expect(manager.seed('/a', { protocol: 'HTTP' })).rejects.toMatchObject({ code: 'unsupported' })
  await expect(manager.seed('/a', { protocol: 'Gopher' })).rejects.toThrow('BitTorrent, HTTP, FTP')
  manager.unregister('BitTorrent')
  await expect(manager.seed('/a')).rejects.toMatchObject({ code: 'unsupported' })
})
