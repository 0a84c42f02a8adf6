import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp } from '../../base/ip.ts'
import { encode } from '../../bencode/bencode.ts'
import {
  type ExtendedHandshake,
  encodeExtendedHandshake,
  MAX_METADATA_BYTES,
  mergeExtensions,
  parseExtendedHandshake,
} from './extended-handshake.ts'

const id = fc.integer({ min: 0, max: 255 })
const ip = (size: number) =>
  fc
    .uint8Array({ minLength: size, maxLength: size })
    .filter(bytes => bytes[0] !== 0)
    .map(formatIp)

const handshakes: fc.Arbitrary<ExtendedHandshake> = fc.record(
  {
    extensions: fc.record({ ut_metadata: id, lt_donthave: id, upload_only: id }, { requiredKeys: [] }),
    client: fc.stringMatching(/^[\wµ./]([\wµ ./]{0,62}[\wµ./])?$/),
    port: fc.integer({ min: 1, max: 65535 }),
    requestQueue: fc.integer({ min: 1, max: 65536 }),
    yourIp: fc.oneof(ip(4), ip(16)),
    ipv4: ip(4),
    ipv6: ip(16),
    metadataSize: fc.integer({ min: 1, max: MAX_METADATA_BYTES }),
    uploadOnly: fc.boolean(),
    prefersEncryption: fc.boolean(),
    completeAgoSeconds: fc.nat(),
  },
  { requiredKeys: ['extensions'] },
)

const text = (payload: string) => parseExtendedHandshake(fromLatin1(payload))

describe('extended handshake', () => {
  it('survives a round trip', () => {
    fc.assert(
      fc.property(handshakes, handshake => {
        expect(parseExtendedHandshake(encodeExtendedHandshake(handshake))).toEqual(handshake)
      }),
    )
  })

  it('is encoded as in BEP 10 and BEP 9', () => {
    const bytes = encodeExtendedHandshake({
      extensions: { ut_metadata: 1, lt_donthave: 3, upload_only: 4 },
      client: 'µ',
      port: 6881,
      metadataSize: 31235,
      yourIp: '1.2.3.4',
    })
    expect(latin1(bytes)).toBe(
      'd1:md11:lt_donthavei3e11:upload_onlyi4e11:ut_metadatai1ee' +
        '13:metadata_sizei31235e1:pi6881e1:v2:\xc2\xb56:yourip4:\x01\x02\x03\x04e',
    )
  })

  it('leaves out fields that have the wrong type, are out of range or are unknown', () => {
    expect(
      text('d1:md6:LT_xyzi9e11:ut_metadatai256e11:upload_only1:xe1:pi70000e4:reqqi0e6:yourip3:abce'),
    ).toEqual({
      extensions: {},
    })
    expect(text('d1:mi3e13:metadata_sizei67108865e4:ipv415:aaaaaaaaaaaaaaae')).toEqual({ extensions: {} })
    expect(text('d13:metadata_sizei-1e1:vi3e11:upload_only1:1e')).toEqual({ extensions: {} })
    expect(text('de')).toEqual({ extensions: {} })
  })

  it('accepts unsorted dictionaries, as some clients send them', () => {
    expect(text('d1:v3:abc1:md11:upload_onlyi2eee')).toEqual({
      extensions: { upload_only: 2 },
      client: 'abc',
    })
  })

  it('limits what a peer claims', () => {
    expect(text('d4:reqqi1000000000e1:md0:i0eee').requestQueue).toBe(65536)
    const long = encode({ v: `a\u0000b\u202e\n${'x'.repeat(100_000)}` })
    expect(parseExtendedHandshake(long).client).toBe(`ab${'x'.repeat(62)}`)
    expect(parseExtendedHandshake(encode({ v: '\u0007 ' })).client).toBeUndefined()
  })

  it('rejects payloads that are not dictionaries', () => {
    for (const payload of ['', 'le', 'i3e', 'd1:m', 'l'.repeat(1000), 'dex'])
      expect(() => text(payload)).toThrow(ShoalError)
  })

  it('accepts arbitrary bytes or throws bad-message', () => {
    const mangled = fc.tuple(handshakes, fc.nat(), fc.nat(255)).map(([handshake, at, byte]) => {
      const bytes = encodeExtendedHandshake(handshake)
      bytes[at % bytes.length] = byte
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mangled), bytes => {
        try {
          parseExtendedHandshake(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShoalError', code: 'bad-message' })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('changes only the extensions that a later handshake names (BEP 10)', () => {
    const before = { ut_metadata: 3, lt_donthave: 1 }
    expect(mergeExtensions(before, { lt_donthave: 0, upload_only: 4 })).toEqual({
      ut_metadata: 3,
      upload_only: 4,
    })
    expect(mergeExtensions(before, {})).toEqual(before)
    expect(mergeExtensions({}, { lt_donthave: 0 })).toEqual({})
  })

  it('refuses to encode an invalid address', () => {
    expect(() => encodeExtendedHandshake({ extensions: {}, yourIp: 'here' })).toThrow(ShoalError)
  })
})
