import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, hex, readU16, readU32, utf8 } from '../../base/bytes.ts'
import { encodeCompactPeers } from '../../wire/compact-peers.ts'
import { u32 } from './testing/udp-tracker-server.ts'
import { type AnnounceRequest, MAX_PEERS } from './tracker.ts'
import {
  decodeAnnounce,
  decodeConnect,
  decodeError,
  decodeHead,
  decodeScrape,
  encodeAnnounce,
  encodeConnect,
  encodeScrape,
} from './udp-messages.ts'

const id = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const request: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xa1),
  peerId: new Uint8Array(20).fill(0xb2),
  port: 0x1234,
  uploaded: 2 ** 40 + 3,
  downloaded: 1,
  left: 2 ** 33,
  event: 'completed',
  numWant: 50,
  key: 0xdeadbeef,
}

describe('UDP tracker packets (BEP 15)', () => {
  it('encodes connect as in the specification', () => {
    expect(hex(encodeConnect(0x01020304))).toBe('00000417271019800000000001020304')
  })

  it('encodes announce field by field', () => {
    const bytes = encodeAnnounce(id, 7, request, '')
    expect(bytes.length).toBe(98)
    expect(hex(bytes)).toBe(
      `0102030405060708${'00000001'}${'00000007'}${'a1'.repeat(20)}${'b2'.repeat(20)}` +
        `${'0000000000000001'}${'0000000200000000'}${'0000010000000003'}${'00000001'}${'00000000'}` +
        `deadbeef${'00000032'}1234`,
    )
  })

  it.each([
    ['none', 0],
    ['completed', 1],
    ['started', 2],
    ['stopped', 3],
    ['paused', 0],
  ] as const)('numbers the event %s', (event, number) => {
    expect(readU32(encodeAnnounce(id, 7, { ...request, event }, ''), 80)).toBe(number)
  })

  it('appends the path of the URL as an option (BEP 41)', () => {
    const bytes = encodeAnnounce(id, 7, request, '/dir?a=b&c=d')
    expect(bytes.subarray(98)).toEqual(concat([Uint8Array.of(2, 12), utf8('/dir?a=b&c=d')]))
    expect(readU16(bytes, 96)).toBe(0x1234)
  })

  it('splits long URLs into options, within one datagram', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 1500 }), text => {
        const options = encodeAnnounce(id, 7, request, text).subarray(98)
        const chunks: Uint8Array[] = []
        for (let at = 0; at < options.length; at += 2 + options[at + 1]!) {
          expect(options[at]).toBe(2)
          chunks.push(options.subarray(at + 2, at + 2 + options[at + 1]!))
        }
        expect(concat(chunks)).toEqual(utf8(text).subarray(0, 1020))
        expect(options.length).toBeLessThan(1100)
      }),
    )
  })

  it('encodes scrape', () => {
    expect(hex(encodeScrape(id, 9, [request.infoHash]))).toBe(
      `0102030405060708${'00000002'}${'00000009'}${'a1'.repeat(20)}`,
    )
  })

  it('decodes responses', () => {
    const peers = [
      { host: '10.1.2.3', port: 80 },
      { host: '10.1.2.4', port: 81 },
    ]
    const v4 = concat([u32(1), u32(7), u32(1800), u32(4), u32(5), encodeCompactPeers(peers, 4)])
    expect(decodeHead(v4)).toEqual({ action: 1, transaction: 7 })
    expect(decodeAnnounce(v4, 4)).toEqual({ intervalMs: 1_800_000, leeches: 4, seeds: 5, peers })
    const peers6 = [{ host: 'fd00::1', port: 82 }]
    const v6 = concat([u32(1), u32(7), u32(1800), u32(4), u32(5), encodeCompactPeers(peers6, 6)])
    expect(decodeAnnounce(v6, 6)?.peers).toEqual(peers6)
    expect(decodeConnect(concat([u32(0), u32(7), id]))).toEqual(id)
    const scrape = concat([u32(2), u32(7), u32(1), u32(2), u32(3)])
    expect(decodeScrape(scrape, 2)).toEqual([{ seeds: 1, downloads: 2, leeches: 3 }, null])
    expect(decodeError(concat([u32(3), u32(7), utf8('no\u0000pe\r\nreally')]))).toBe('no pe really')
  })

  it.each([0, 0x80000000, 0xffffffff])('ignores an interval of %d', seconds => {
    const bytes = concat([u32(1), u32(7), u32(seconds), u32(0xffffffff), u32(1)])
    expect(decodeAnnounce(bytes, 4)).toEqual({ seeds: 1, peers: [] })
  })

  it('limits the number of peers', () => {
    const bytes = concat([new Uint8Array(20), new Uint8Array(6 * 5000).fill(9)])
    expect(decodeAnnounce(bytes, 4)?.peers.length).toBe(MAX_PEERS)
  })

  it('accepts arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(4, 6), (bytes, family) => {
        expect(decodeHead(bytes) === null).toBe(bytes.length < 8)
        expect(decodeConnect(bytes) === null).toBe(bytes.length < 16)
        const answer = decodeAnnounce(bytes, family)
        expect(answer === null).toBe(bytes.length < 20)
        for (const peer of answer?.peers ?? []) expect(peer.port).toBeGreaterThan(0)
        expect(decodeScrape(bytes, 74).length).toBe(74)
        expect(decodeError(bytes).length).toBeGreaterThan(0)
      }),
    )
  })
})
