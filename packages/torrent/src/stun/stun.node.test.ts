import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, hex } from '../base/bytes.ts'
import { isDhtDatagram } from '../discovery/dht/dht.ts'
import { isUtpDatagram } from '../transport/utp/utp-packet.ts'
import { encodeStunResponse, isStunRequest, parseStunRequest } from './stun-message.ts'
import { MAX_STUN_BYTES, StunServer } from './stun-server.ts'

const ID = 'b7e7a701bc34d686fa87dfae'
const bytesOf = (text: string) => fromHex(text.replaceAll(/\s/g, ''))!
const lengthOf = (attributes: string) => (bytesOf(attributes).length + 0x10000).toString(16).slice(1)
const request = (attributes = '') => bytesOf(`0001 ${lengthOf(attributes)} 2112a442 ${ID} ${attributes}`)

/** RFC 5769 section 2.1. */
const SAMPLE = bytesOf(`
  00010058 2112a442 ${ID} 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff
  80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf`)

const server = (nowMs = () => 0) => new StunServer(nowMs)
const answered = (bytes: Uint8Array, host = '192.0.2.1', port = 32_853) => {
  const response = server().answer(bytes, host, port)
  return response && hex(response)
}

describe('Binding requests', () => {
  test('get the address that they come from (RFC 5769 sections 2.2 and 2.3)', () => {
    expect(answered(request())).toBe(`0101000c2112a442${ID}002000080001a147e112a643`)
    expect(answered(request(), '::ffff:192.0.2.1')).toBe(answered(request()))
    expect(answered(request(), '2001:db8:1234:5678:11:2233:4455:6677')).toBe(
      `010100182112a442${ID}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
    )
    expect(answered(request(), 'fe80::1%eth0')).toHaveLength(88)
  })

  test('get a fingerprint if they have one, and an error that names what is required and unknown', () => {
    expect(parseStunRequest(SAMPLE)).toEqual({
      transactionId: bytesOf(ID),
      unknown: [0x24],
      hasFingerprint: true,
    })
    const response = answered(SAMPLE)!
    expect(response.slice(0, -8)).toBe(`011100182112a442${ID}0009000400000414000a00020024000080280004`)
    // Its own fingerprint, as a request's is calculated.
    expect(parseStunRequest(bytesOf(`0001${response.slice(4)}`))).toBeNull()
    expect(parseStunRequest(SAMPLE.with(SAMPLE.length - 1, 0))).toBeNull()
    expect(parseStunRequest(SAMPLE.with(30, 0))).toBeNull()
  })

  test('may have credentials and optional attributes, which change nothing', () => {
    const plain = answered(request())
    expect(answered(request('0006 0003 61626300 8022 0004 61626364'))).toBe(plain)
    expect(answered(request(`0008 0014 ${'ab'.repeat(20)}`))).toBe(plain)
  })

  test.each([
    ['a response', request().with(0, 1)],
    ['an indication', request().with(1, 0x11)],
    ['without the magic cookie (RFC 3489)', request().with(4, 0)],
    ['shorter than its header', request().subarray(0, 19)],
    ['longer than it says', concat([request(), new Uint8Array(4)])],
    ['shorter than it says', request('8022 0004 61626364').subarray(0, 24)],
    ['of a length that four does not divide', concat([request().with(3, 2), new Uint8Array(2)])],
    ['with an attribute that ends outside', request('8022 0008 61626364')],
    ['with something after the fingerprint', concat([SAMPLE.with(3, 0x5c), new Uint8Array(4)])],
    ['too long', request(`8022 0210 ${'00'.repeat(0x210)}`)],
  ])('%s: no answer', (_, bytes) => {
    expect(answered(bytes)).toBeNull()
  })

  test('a response is hardly longer than its request, whatever that contains', () => {
    const attributes = fc.array(fc.integer({ min: 0, max: 0x7fff }), { maxLength: 100 })
    fc.assert(
      fc.property(attributes, types => {
        const bytes = request(types.map(type => `${(type + 0x10000).toString(16).slice(1)}0000`).join(''))
        const response = server().answer(bytes, '2001:db8::1', 1)
        if (bytes.length > MAX_STUN_BYTES) expect(response).toBeNull()
        else expect(response!.length).toBeLessThanOrEqual(bytes.length + 24)
      }),
    )
  })

  test('any bytes: no exception, and no other protocol claims them', () => {
    const head = request().subarray(0, 8)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, isAlmost) => {
        const datagram = isAlmost ? concat([head, bytes]) : bytes
        const parsed = parseStunRequest(datagram)
        if (parsed) encodeStunResponse(parsed, '192.0.2.1', 1)
        if (isStunRequest(datagram))
          expect([isUtpDatagram(datagram), isDhtDatagram(datagram)]).toEqual([false, false])
      }),
    )
  })
})

test('requests are limited per address and in all', () => {
  let nowMs = 0
  const limited = server(() => nowMs)
  const count = (host: (at: number) => string, most: number) =>
    Array.from({ length: most }, (_, at) => limited.answer(request(), host(at), 1)).filter(Boolean).length
  expect(count(() => '192.0.2.1', 300)).toBe(200)
  expect(count(at => `2001:db8::${at.toString(16)}`, 300)).toBe(200)
  expect(count(at => `10.${at >> 8}.${at & 255}.1`, 6000)).toBe(4998)
  // Addresses that are known already are still answered.
  expect(count(at => `10.0.${at % 250}.1`, 30_000)).toBe(20_000 - 5398)
  nowMs += 10_000
  expect(count(() => '192.0.2.1', 300)).toBe(200)
  expect(limited.answer(request(), '192.0.2.9', 0)).toBeNull()
})
