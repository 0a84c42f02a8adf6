import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromLatin1, hex, latin1 } from '../base/bytes.ts'
import { decodeLsd, encodeLsd, lsdCapacity, MAX_LSD_BYTES } from './lsd-messages.ts'

const HASH = new Uint8Array(20).fill(0xab)
const HOST = '239.192.152.143:6771'

it('encodes announces as in BEP 14', () => {
  expect(latin1(encodeLsd({ port: 6881, infoHashes: [HASH], cookie: 'c' }, HOST))).toBe(
    `BT-SEARCH * HTTP/1.1\r\nHost: ${HOST}\r\nPort: 6881\r\nInfohash: ${'ab'.repeat(20)}\r\ncookie: c\r\n\r\n\r\n`,
  )
})

it('survives a round trip', () => {
  const hash = fc.uint8Array({ minLength: 20, maxLength: 20 })
  const hashes = fc.array(hash, { minLength: 1, maxLength: 24 })
  const cookie = fc.option(fc.stringMatching(/^[0-9a-f]{1,32}$/), { nil: undefined })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65535 }), hashes, cookie, (port, infoHashes, maybe) => {
      const announce = { port, infoHashes, ...(maybe !== undefined && { cookie: maybe }) }
      const read = decodeLsd(encodeLsd(announce, HOST))
      expect({ ...read, infoHashes: read?.infoHashes.map(hex) }).toEqual({
        ...announce,
        infoHashes: infoHashes.map(hex),
      })
    }),
  )
})

it('knows how many info hashes fit into a datagram', () => {
  const cookie = '0123456789abcdef'
  for (const host of [HOST, '[ff15::efc0:988f]:6771']) {
    const count = lsdCapacity(host, cookie)
    const length = (n: number) =>
      encodeLsd({ port: 65535, infoHashes: new Array<Uint8Array>(n).fill(HASH), cookie }, host).length
    expect(length(count)).toBeLessThanOrEqual(MAX_LSD_BYTES)
    expect(length(count + 1)).toBeGreaterThan(MAX_LSD_BYTES)
  }
})

it('accepts headers in any case and order, and unknown ones', () => {
  const text = `BT-SEARCH * HTTP/1.1\r\nhost: x\r\nX-New: 1\r\nINFOHASH: ${'AB'.repeat(20)}\r\nport:  6881 \r\n\r\n`
  expect(decodeLsd(fromLatin1(text))).toEqual({ port: 6881, infoHashes: [HASH] })
})

it.each([
  ['another method', `M-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${'ab'.repeat(20)}\r\n\r\n`],
  ['no port', `BT-SEARCH * HTTP/1.1\r\nInfohash: ${'ab'.repeat(20)}\r\n\r\n`],
  ['port 0', `BT-SEARCH * HTTP/1.1\r\nPort: 0\r\nInfohash: ${'ab'.repeat(20)}\r\n\r\n`],
  ['port 70000', `BT-SEARCH * HTTP/1.1\r\nPort: 70000\r\nInfohash: ${'ab'.repeat(20)}\r\n\r\n`],
  ['port 1e3', `BT-SEARCH * HTTP/1.1\r\nPort: 1e3\r\nInfohash: ${'ab'.repeat(20)}\r\n\r\n`],
  ['a short hash', `BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${'ab'.repeat(19)}\r\n\r\n`],
  ['a hash with other letters', `BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${'xy'.repeat(20)}\r\n\r\n`],
  ['no hash', 'BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n\r\n'],
  [
    'more than 4 KiB',
    `BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${'ab'.repeat(20)}\r\n${'x'.repeat(4096)}`,
  ],
  ['nothing', ''],
])('rejects %s', (_, text) => {
  expect(decodeLsd(fromLatin1(text))).toBeNull()
})

it('accepts arbitrary bytes, and limits the number of torrents', () => {
  const start = fromLatin1('BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      decodeLsd(bytes)
      decodeLsd(new Uint8Array([...start, ...bytes]))
    }),
  )
  const line = `Infohash:${'ab'.repeat(20)}\r\n`
  expect(decodeLsd(new Uint8Array([...start, ...fromLatin1(line.repeat(78))]))?.infoHashes.length).toBe(78)
})
