import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, hex, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { encodeHandshake, HANDSHAKE_BYTES, parseHandshake } from './handshake.ts'

const id = fc.uint8Array({ minLength: 20, maxLength: 20 })
const handshakes = fc.record({
  infoHash: id,
  peerId: id,
  features: fc.record({
    extended: fc.boolean(),
    fast: fc.boolean(),
    dht: fc.boolean(),
    v2: fc.boolean(),
  }),
})

describe('handshake', () => {
  it('survives a round trip, whatever follows it, and is null until it is complete', () => {
    fc.assert(
      fc.property(handshakes, fc.uint8Array(), (handshake, rest) => {
        const bytes = encodeHandshake(handshake)
        for (let length = 0; length < HANDSHAKE_BYTES; length++)
          expect(parseHandshake(bytes.subarray(0, length))).toBeNull()
        expect(parseHandshake(bytes)).toEqual(handshake)
        expect(parseHandshake(concat([bytes, rest]))).toEqual(handshake)
      }),
      { numRuns: 50 },
    )
  })

  it('sets the reserved bits that the BEPs assign', () => {
    const bytes = encodeHandshake({
      infoHash: new Uint8Array(20),
      peerId: new Uint8Array(20),
      features: { extended: true, fast: true, dht: true, v2: true },
    })
    expect(hex(bytes.subarray(0, 28))).toBe(`13${hex(utf8('BitTorrent protocol'))}0000000000100015`)
  })

  it('rejects other protocols at the first wrong byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), bytes => {
        fc.pre(bytes[0] !== 19)
        expect(() => parseHandshake(bytes)).toThrow(ShoalError)
      }),
    )
    expect(() => parseHandshake(utf8('\x13BitTorrent protocoL'))).toThrow(/disconnect/)
  })

  it('keeps no reference to the parsed bytes', () => {
    const bytes = encodeHandshake({
      infoHash: new Uint8Array(20).fill(1),
      peerId: new Uint8Array(20).fill(2),
    })
    const handshake = parseHandshake(bytes)!
    bytes.fill(0)
    expect(handshake.infoHash[0]).toBe(1)
    expect(handshake.peerId[19]).toBe(2)
  })

  it('rejects info hashes and peer IDs of a wrong size', () => {
    const twenty = new Uint8Array(20)
    expect(() => encodeHandshake({ infoHash: new Uint8Array(32), peerId: twenty })).toThrow(ShoalError)
    expect(() => encodeHandshake({ infoHash: twenty, peerId: new Uint8Array(19) })).toThrow(ShoalError)
  })
})
