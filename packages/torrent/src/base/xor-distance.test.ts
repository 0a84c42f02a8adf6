import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from './random.ts'
import { compareDistance, idAtDepth, sharedBits } from './xor-distance.ts'

const idBytes = fc.uint8Array({ minLength: 20, maxLength: 20 })
const random = seededRandom(42)
const number = (id: Uint8Array) => id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

it('orders IDs by their XOR as a number', () => {
  fc.assert(
    fc.property(idBytes, idBytes, idBytes, (target, a, b) => {
      const expected = (number(target) ^ number(a)) - (number(target) ^ number(b))
      const order = compareDistance(target, a, b)
      expect(Math.sign(order)).toBe(expected > 0n ? 1 : expected < 0n ? -1 : 0)
    }),
  )
})

it('generates an ID that shares exactly the given number of bits', () => {
  fc.assert(
    fc.property(idBytes, fc.integer({ min: 0, max: 160 }), (id, bits) => {
      expect(sharedBits(id, idAtDepth(id, bits, random))).toBe(bits)
    }),
  )
})
