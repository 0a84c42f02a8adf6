import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp, unmapIp } from '../../base/ip.ts'
import { encodeHolepunch, HolepunchError, type HolepunchMessage, parseHolepunch } from './ut-holepunch.ts'

const address = fc.record({
  host: fc
    .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
    .map(bytes => formatIp(unmapIp(bytes))),
  port: fc.integer({ min: 1, max: 65535 }),
})
const messages: fc.Arbitrary<HolepunchMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom('rendezvous', 'connect'), address }),
  fc.record({ type: fc.constant('error'), address, code: fc.nat(0xffffffff) }),
)
const parse = (text: string) => parseHolepunch(fromHex(text)!)

describe('ut_holepunch', () => {
  it('survives a round trip', () => {
    fc.assert(
      fc.property(messages, message => {
        expect(parseHolepunch(encodeHolepunch(message))).toEqual(message)
      }),
    )
  })

  it('is encoded as in BEP 55', () => {
    const address = { host: '1.2.3.4', port: 6881 }
    const six = { host: '2a0b::1', port: 6881 }
    expect(hex(encodeHolepunch({ type: 'rendezvous', address }))).toBe('0000010203041ae100000000')
    expect(hex(encodeHolepunch({ type: 'connect', address: six }))).toBe(
      '01012a0b00000000000000000000000000011ae100000000',
    )
    const error = { type: 'error', address, code: HolepunchError.noSelf } as const
    expect(hex(encodeHolepunch(error))).toBe('0200010203041ae100000004')
    expect(() => encodeHolepunch({ type: 'connect', address: { host: 'localhost', port: 1 } })).toThrow(
      ShoalError,
    )
  })

  it('is read without an error code where there is no error, as libtorrent sends it', () => {
    const address = { host: '1.2.3.4', port: 6881 }
    expect(parse('0000010203041ae1')).toEqual({ type: 'rendezvous', address })
    expect(parse('0100010203041ae1')).toEqual({ type: 'connect', address })
    expect(() => parse('0200010203041ae1')).toThrow(ShoalError)
  })

  it('ignores types and families to come, and port 0', () => {
    expect(parse('0300010203041ae100000000')).toBeNull()
    expect(parse('0002010203041ae100000000')).toBeNull()
    expect(parse('000001020304000000000000')).toBeNull()
  })

  it('rejects every other size', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(1), fc.uint8Array({ maxLength: 40 }), (type, family, rest) => {
        const sizes = family === 0 ? [6, 10] : [18, 22]
        fc.pre(!sizes.includes(rest.length))
        expect(() => parseHolepunch(Uint8Array.of(type, family, ...rest))).toThrow(ShoalError)
      }),
    )
    expect(() => parse('')).toThrow(ShoalError)
    expect(() => parse('00')).toThrow(ShoalError)
  })
})
