import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromLatin1, latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { encode } from '../../bencode/bencode.ts'
import {
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  METADATA_BLOCK_BYTES,
  metadataBlockCount,
  parseMetadataMessage,
} from './ut-metadata.ts'

describe('ut_metadata', () => {
  it('is encoded as in BEP 9', () => {
    expect(latin1(encodeMetadataRequest(0))).toBe('d8:msg_typei0e5:piecei0ee')
    expect(latin1(encodeMetadataReject(7))).toBe('d8:msg_typei2e5:piecei7ee')
    expect(latin1(encodeMetadataData(0, fromLatin1('de')))).toBe(
      'd8:msg_typei1e5:piecei0e10:total_sizei2eede',
    )
  })

  it('survives a round trip with all blocks of the metadata', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70_000 }), size => {
        const metadata = Uint8Array.from({ length: size }, (_, i) => i * 31)
        const blocks = Array.from({ length: metadataBlockCount(size) }, (_, piece) => {
          const message = parseMetadataMessage(encodeMetadataData(piece, metadata))
          expect(message).toMatchObject({ type: 'data', piece, totalSize: size })
          return message.type === 'data' ? message.block : new Uint8Array(0)
        })
        expect(concat(blocks)).toEqual(metadata)
      }),
      { numRuns: 30 },
    )
    fc.assert(
      fc.property(fc.nat(4095), piece => {
        expect(parseMetadataMessage(encodeMetadataRequest(piece))).toEqual({ type: 'request', piece })
        expect(parseMetadataMessage(encodeMetadataReject(piece))).toEqual({ type: 'reject', piece })
      }),
    )
  })

  it('recognizes messages of unknown types (BEP 9)', () => {
    expect(parseMetadataMessage(fromLatin1('d8:msg_typei3ee'))).toEqual({ type: 'unknown' })
  })

  it.each([
    ['an empty payload', ''],
    ['a list', 'le'],
    ['a message without a type', 'd5:piecei0ee'],
    ['a message without a piece', 'd8:msg_typei0ee'],
    ['a piece below 0', 'd8:msg_typei0e5:piecei-1ee'],
    ['a piece beyond 64 MiB', 'd8:msg_typei0e5:piecei4096ee'],
    ['data without a size', 'd8:msg_typei1e5:piecei0eex'],
    ['data without a block', 'd8:msg_typei1e5:piecei0e10:total_sizei1ee'],
    ['too many bytes', 'd8:msg_typei1e5:piecei0e10:total_sizei1eexx'],
    ['a block past the end', 'd8:msg_typei1e5:piecei1e10:total_sizei16384eex'],
    [
      'more than 64 MiB',
      `d8:msg_typei1e5:piecei0e10:total_sizei67108865ee${'x'.repeat(METADATA_BLOCK_BYTES)}`,
    ],
  ])('rejects %s', (_, payload) => {
    expect(() => parseMetadataMessage(fromLatin1(payload))).toThrow(ShoalError)
  })

  it('refuses to encode a block that does not exist', () => {
    const metadata = new Uint8Array(METADATA_BLOCK_BYTES)
    expect(() => encodeMetadataData(1, metadata)).toThrow(ShoalError)
    expect(() => encodeMetadataData(-1, metadata)).toThrow(ShoalError)
    expect(() => encodeMetadataData(0, new Uint8Array(0))).toThrow(ShoalError)
  })

  it('accepts arbitrary bytes or throws bad-message', () => {
    const near = fc
      .record(
        {
          msg_type: fc.integer({ min: -1, max: 3 }),
          piece: fc.integer({ min: -1, max: 2 }),
          total_size: fc.nat(100),
        },
        { requiredKeys: [] },
      )
      .chain(head => fc.uint8Array({ maxLength: 100 }).map(rest => concat([encode(head), rest])))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), near), bytes => {
        try {
          const message = parseMetadataMessage(bytes)
          if (message.type === 'data') expect(message.block.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShoalError', code: 'bad-message' })
        }
      }),
      { numRuns: 500 },
    )
  })
})
