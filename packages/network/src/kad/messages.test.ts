import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage, MAX_MESSAGE_BYTES, type NamedPeer } from './messages.ts'
import { readFields, writeFields } from './protobuf.ts'

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength })
const peer = fc.record({ id: bytes(34, 42), addresses: fc.array(bytes(1, 60), { maxLength: 5 }) })
const peers = fc.array(peer, { maxLength: 20 })

describe('messages', () => {
  it('are the same after a round trip', () => {
    const type = fc.constantFrom('find-node' as const, 'get-providers' as const, 'add-provider' as const)
    const message = fc.record({ type, key: bytes(0, 128), closer: peers, providers: peers })
    fc.assert(
      fc.property(message, made => {
        expect(decodeMessage(encodeMessage(made))).toEqual(made)
      }),
    )
  })

  it('have the bytes of the specification', () => {
    // A FIND_NODE of libp2p's own encoder: type 4, key of 3 bytes.
    expect([...encodeMessage({ type: 'find-node', key: Uint8Array.of(1, 2, 3) })]).toEqual([
      8, 4, 18, 3, 1, 2, 3,
    ])
    // We do not know field 10 (clusterLevelRaw).
    const received = Uint8Array.of(8, 5, 80, 1)
    expect(decodeMessage(received)).toEqual({
      type: 'ping',
      key: new Uint8Array(0),
      closer: [],
      providers: [],
    })
  })

  it('lose what exceeds the limits, and nothing else', () => {
    const many: NamedPeer[] = Array.from({ length: 60 }, (_, i) => ({
      id: new Uint8Array(38).fill(i),
      addresses: Array.from({ length: 20 }, () => new Uint8Array(10)),
    }))
    const { closer } = decodeMessage(encodeMessage({ type: 'find-node', closer: many }))
    expect(closer).toHaveLength(40)
    expect(closer[0]!.addresses).toHaveLength(16)
    const short: NamedPeer = { id: new Uint8Array(5), addresses: [] }
    expect(
      decodeMessage(encodeMessage({ type: 'find-node', closer: [short, many[0]!] })).closer,
    ).toHaveLength(1)
  })

  it.each([
    ['an unfinished varint', [0x80]],
    ['a varint beyond 2^53', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a length beyond the end', [18, 9, 1]],
    ['field 0', [0, 1]],
    ['a fixed-size field', [13, 0, 0, 0, 0]],
    ['PUT_VALUE', [8, 0]],
    ['an unknown type', [8, 9]],
    ['a key that is too long', [8, 4, 18, 129, 1, ...new Array(129).fill(0)]],
  ])('with %s are rejected', (_, message) => {
    expect(() => decodeMessage(Uint8Array.from(message))).toThrow(
      expect.objectContaining({ code: 'bad-message' }),
    )
  })

  it('of any bytes are read or rejected as malformed', () => {
    fc.assert(
      fc.property(bytes(0, 300), received => {
        try {
          decodeMessage(received)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-message' })
        }
      }),
    )
    expect(() => decodeMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toThrow('The message is too long')
  })
})

it('reads and writes varints up to 2^53 - 1', () => {
  const numbers = [0, 1, 127, 128, 300, 2 ** 32, Number.MAX_SAFE_INTEGER]
  const written = writeFields(numbers.map(number => [15, number] as const))
  expect([...readFields(written)].map(([, value]) => value)).toEqual(numbers)
})
