import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bindingOf, encodeEnvelope, readEnvelope } from './envelope.ts'
import { pad, paddedLength, unpad } from './padding.ts'

const entry = { room: new Uint8Array(32).fill(1), clientId: new Uint8Array(16).fill(2) }
const commitment = new Uint8Array(32).fill(3)

it('is read as it was written', () => {
  const message = { kind: 'message', commitment, ciphertext: Uint8Array.of(1, 2, 3) } as const
  expect(readEnvelope(encodeEnvelope(message))).toEqual(message)
  const handshake = { kind: 'handshake', commitment: null, ciphertext: new Uint8Array() } as const
  expect(readEnvelope(encodeEnvelope(handshake))).toEqual(handshake)
})

it('of a later version or an unknown kind is left alone, and anything else is refused', () => {
  expect(readEnvelope(Uint8Array.of(0x84, 2, 0, 0xf6, 0x40))).toBeNull()
  expect(readEnvelope(Uint8Array.of(0x84, 1, 23, 0xf6, 0x40))).toBeNull()
  const noCommitment = { kind: 'message', commitment: null, ciphertext: commitment } as const
  const needless = { kind: 'welcome', commitment, ciphertext: commitment } as const
  for (const bytes of [
    new Uint8Array(),
    Uint8Array.of(1),
    encodeEnvelope(noCommitment),
    encodeEnvelope(needless),
  ])
    expect(() => readEnvelope(bytes)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})

it('has a binding that differs with each thing that it names', () => {
  const envelope = { kind: 'message', commitment } as const
  const all = [
    bindingOf(entry, envelope),
    bindingOf({ ...entry, room: commitment }, envelope),
    bindingOf({ ...entry, clientId: new Uint8Array(16) }, envelope),
    bindingOf(entry, { ...envelope, commitment: new Uint8Array(32) }),
    bindingOf(entry, { kind: 'handshake', commitment: null }),
    bindingOf(entry, { kind: 'welcome', commitment: null }),
  ]
  expect(new Set(all.map(String)).size).toBe(all.length)
})

it('pads to few lengths, for at most 12 % more bytes', () => {
  const lengths = new Set<number>()
  for (let length = 0; length < 50_000; length++) {
    const padded = paddedLength(length)
    lengths.add(padded)
    const isGood = padded >= length && (length <= 512 || padded / length < 1.12)
    if (!isGood) expect.fail(`${length} is padded to ${padded}`)
  }
  expect(lengths.size).toBeLessThan(140)
})

it('reads padding of bytes of any length, and refuses what was not padded so', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), bytes => {
      expect(unpad(pad(bytes))).toEqual(bytes)
    }),
  )
  const padded = pad(Uint8Array.of(1, 2, 3))
  const dirty = padded.slice()
  dirty[200] = 1
  for (const wrong of [padded.subarray(1), padded.subarray(0, -1), new Uint8Array(3), dirty])
    expect(() => unpad(wrong)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})
