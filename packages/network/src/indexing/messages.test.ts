import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FILE_KINDS } from '../entries/kinds.ts'
import { writeFields } from '../kad/protobuf.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  type IndexRequest,
  MAX_INDEX_MESSAGE_BYTES,
} from './messages.ts'

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength })
const sequence = fc.nat()
const keys = fc.array(bytes(34), { maxLength: 20 })
const references = fc.array(fc.record({ id: bytes(16), sequence }), { maxLength: 20 })
const entries = fc.array(bytes(0, 200), { maxLength: 20 })
const filters = fc.record(
  {
    minBytes: fc.nat(),
    maxBytes: fc.nat(),
    publishedAfter: fc.nat(),
    language: fc.string({ maxLength: 10 }).map(text => text.toWellFormed()),
    license: fc.constantFrom('MIT', 'CC0-1.0'),
    kind: fc.constantFrom(...FILE_KINDS),
    publisher: bytes(32),
  },
  { requiredKeys: [] },
)
const request: fc.Arbitrary<IndexRequest> = fc.oneof(
  fc.record({ type: fc.constant('announce' as const), keys, sequence, addresses: fc.array(bytes(1, 60)) }),
  fc.record({
    type: fc.constant('withdraw' as const),
    keys,
    sequence,
    provider: bytes(34, 42),
    signature: bytes(64),
  }),
  fc.record({ type: fc.constantFrom('offer' as const, 'get' as const), references }),
  fc.record({ type: fc.constant('store' as const), entries }),
  fc.record({
    type: fc.constant('find' as const),
    key: bytes(34),
    words: fc.array(bytes(8), { maxLength: 16 }),
    without: fc.array(bytes(8), { maxLength: 16 }),
    filters,
    limit: fc.nat(),
  }),
)

describe('messages of the index', () => {
  it('are the same after a round trip', () => {
    fc.assert(
      fc.property(request, made => {
        expect(decodeRequest(encodeRequest(made))).toEqual(made)
      }),
    )
    const peer = fc.record({ id: bytes(34, 42), addresses: fc.array(bytes(1, 60), { maxLength: 5 }) })
    const response = fc.record({
      accepted: fc.nat(),
      closer: fc.array(peer, { maxLength: 20 }),
      total: fc.nat(),
      isPartial: fc.boolean(),
      references,
      entries,
    })
    fc.assert(
      fc.property(response, made => {
        expect(decodeResponse(encodeResponse(made))).toEqual(made)
      }),
    )
  })

  const key = new Uint8Array(34)
  const repeat = (field: number, count: number, value: Uint8Array) =>
    Array.from({ length: count }, () => [field, value] as const)
  it.each([
    ['an unknown type', [[1, 7] as const]],
    ['too many keys', [[1, 1] as const, ...repeat(2, 2001, key)]],
    ['a key of the wrong length', [[1, 1] as const, [2, new Uint8Array(33)] as const]],
    ['too many entries', [[1, 4] as const, ...repeat(7, 65, new Uint8Array(1))]],
    ['an entry that is too long', [[1, 4] as const, [7, new Uint8Array(1025)] as const]],
    ['a malformed reference', [[1, 3] as const, [8, new Uint8Array(4)] as const]],
    ['a million words', [[1, 5] as const, [2, key] as const, ...repeat(9, 1000, new Uint8Array(8))]],
    ['no key to find', [[1, 5] as const]],
  ])('with %s are rejected', (_, fields) => {
    expect(() => decodeRequest(writeFields(fields))).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  it('that are too long are rejected', () => {
    const long = new Uint8Array(MAX_INDEX_MESSAGE_BYTES + 1)
    for (const decode of [decodeRequest, decodeResponse])
      expect(() => decode(long)).toThrow('The message is too long')
  })

  it('of any bytes are read or rejected as malformed', () => {
    const property = (decode: (received: Uint8Array) => unknown) =>
      fc.property(bytes(0, 300), received => {
        try {
          decode(received)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-message' })
        }
      })
    fc.assert(property(decodeRequest))
    fc.assert(property(decodeResponse))
  })
})
