import { expect, test } from 'vitest'
import { FtpHandler } from '../transfers/ftp/ftp-handler.ts'
import { HttpHandler } from '../transfers/http/http-handler.ts'
import { testContext } from '../transfers/testing/run.ts'
import { sourceKind } from './source-kind.ts'
import { engineLink } from './torrent-link.ts'

const V1 = '0123456789abcdef0123456789abcdef01234567'
const V2 = V1 + V1.slice(0, 24)
const CID = 'baf5rcfabcivzvqapajlysjrrskchaasyh4wxetq'

const context = testContext()
const PROTOCOLS = [new HttpHandler({ context, userAgent: 'test' }), new FtpHandler({ context })]

test.each([
  [`magnet:?xt=urn:btih:${V1}`, 'BitTorrent'],
  [`web+magnet:?xt=urn:btih:${V1}`, 'BitTorrent'],
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
  const found = sourceKind(identifier, PROTOCOLS)
  expect(found.kind === 'file' ? found.protocol.name : 'BitTorrent').toBe(name)
})

test.each(['', 'hello', 'ipfs://abc/x.torrent', 'gopher://x', V1.slice(1), `${V1}0`])(
  '%j is rejected with a list of supported links',
  identifier => {
    const find = () => sourceKind(identifier, PROTOCOLS)
    expect(find).toThrow(expect.objectContaining({ code: 'unknown-identifier', field: 'source' }))
    expect(find).toThrow(/magnet.*info hash.*\.torrent.*http.*ftp/)
  },
)

test('a link whose torrent can be replaced is to be followed', () => {
  const link = `magnet:?xs=urn:btpk:${V2}`
  expect(() => sourceKind(link, PROTOCOLS)).toThrow(/follow LINK/)
})

test('a link to a .torrent from outside is fetched as an untrusted file', () => {
  const url = 'https://x.example/a.torrent'
  expect(sourceKind(url, PROTOCOLS, { outsideOnly: true })).toMatchObject({ protocol: { name: 'HTTP' } })
  expect(sourceKind(`magnet:?xt=urn:btih:${V1}`, PROTOCOLS, { outsideOnly: true }).kind).toBe('torrent')
})

test('without the transfers capability, only torrents are supported', () => {
  expect(sourceKind(V1, []).kind).toBe('torrent')
  expect(() => sourceKind('ftp://x.example/a', [])).toThrow('Supported links: BitTorrent')
})

test('the list of supported links does not repeat a password', () => {
  expect(() => sourceKind('gopher://me:s3cret@x/y', PROTOCOLS)).toThrow('gopher://x/y')
})

test('notations of one hash are normalized', () => {
  for (const identifier of [V1.toUpperCase(), 'AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH'])
    expect(engineLink(identifier)).toBe(V1)
  expect(() => engineLink('baf5rzzzz')).toThrow(expect.objectContaining({ code: 'bad-info-hash' }))
})
