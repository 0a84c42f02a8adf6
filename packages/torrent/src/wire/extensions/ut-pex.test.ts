import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp } from '../../base/ip.ts'
import { encode } from '../../bencode/bencode.ts'
import { PexFlag } from './pex-flags.ts'
import { encodePex, MAX_PEX_PEERS_READ, parsePex } from './ut-pex.ts'

const address = (size: number) => ({
  host: fc
    .uint8Array({ minLength: size, maxLength: size })
    .filter(bytes => bytes[0] !== 0)
    .map(formatIp),
  port: fc.integer({ min: 1, max: 65535 }),
})
const added = (size: number) =>
  fc.array(fc.record({ ...address(size), flags: fc.nat(255) }), { maxLength: 40 })
const dropped = (size: number) => fc.array(fc.record(address(size)), { maxLength: 40 })

describe('ut_pex', () => {
  it('survives a round trip', () => {
    fc.assert(
      fc.property(added(4), added(16), dropped(4), dropped(16), (added4, added6, dropped4, dropped6) => {
        const message = { added: [...added4, ...added6], dropped: [...dropped4, ...dropped6] }
        const payload = encodePex(message)
        if (message.added.length + message.dropped.length === 0) expect(payload).toBeNull()
        else expect(parsePex(payload!)).toEqual(message)
      }),
    )
  })

  it('is encoded as in BEP 11', () => {
    const flags = PexFlag.reachable | PexFlag.uploadOnly
    const payload = encodePex({
      added: [{ host: '1.2.3.4', port: 80, flags }],
      dropped: [{ host: '::1', port: 81 }],
    })
    expect(latin1(payload!)).toBe(
      `d5:added6:\x01\x02\x03\x04\x00\x507:added.f1:\x128:dropped618:${'\0'.repeat(15)}\x01\x00\x51e`,
    )
  })

  it('encodes no message for peers without IP addresses', () => {
    expect(encodePex({ added: [{ host: 'circuit', port: 0, flags: 0 }], dropped: [] })).toBeNull()
  })

  it('keeps flags with their peers when a peer is left out', () => {
    const payload = fromLatin1('d5:added12:\x01\x02\x03\x04\0\0\x05\x06\x07\x08\0\x507:added.f2:\x01\x02e')
    expect(parsePex(payload).added).toEqual([{ host: '5.6.7.8', port: 80, flags: 2 }])
  })

  it('treats missing flags as 0', () => {
    expect(parsePex(fromLatin1('d5:added6:\x01\x02\x03\x04\0\x50e')).added[0]!.flags).toBe(0)
    expect(parsePex(fromLatin1('de'))).toEqual({ added: [], dropped: [] })
  })

  it('reads no more than its limit', () => {
    const many = new Uint8Array(18 * 3000).fill(9)
    const message = parsePex(encode({ added: many, added6: many, dropped: many, dropped6: many }))
    expect(message.added.length).toBe(MAX_PEX_PEERS_READ)
    expect(message.dropped.length).toBe(MAX_PEX_PEERS_READ)
  })

  it('accepts arbitrary bytes, and rejects payloads that are not dictionaries', () => {
    for (const payload of ['', 'le', 'd5:addedi3e'])
      expect(() => parsePex(fromLatin1(payload))).toThrow(ShoalError)
    const bytes = fc.uint8Array({ maxLength: 100 })
    const near = fc
      .record({ added: bytes, 'added.f': bytes, added6: bytes, dropped: bytes }, { requiredKeys: [] })
      .map(fields => encode(fields))
    fc.assert(
      fc.property(fc.oneof(bytes, near), payload => {
        try {
          for (const peer of parsePex(payload).added) expect(peer.port).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShoalError', code: 'bad-message' })
        }
      }),
    )
  })
})
