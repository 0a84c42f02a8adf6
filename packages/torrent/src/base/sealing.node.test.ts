import { describe, expect, it } from 'vitest'
import * as ed25519Browser from './ed25519.browser.ts'
import * as ed25519Node from './ed25519.node.ts'
import { seededRandom } from './random.ts'
import * as browser from './sealing.browser.ts'
import * as node from './sealing.node.ts'

const bytes = (count: number, seed: number) => seededRandom(seed).bytes(count)
const pairs = [
  ['Node seals, a browser opens', node, browser],
  ['a browser seals, Node opens', browser, node],
] as const

describe.each(pairs)('the cryptography of browsers and of Node: %s', (_, one, other) => {
  it('agrees on keys, and refuses those of small order', () => {
    const [a, b] = [new one.EphemeralKey(bytes(32, 1)), new other.EphemeralKey(bytes(32, 2))]
    expect(a.secretWith(b.publicKey)).toEqual(b.secretWith(a.publicKey))
    expect(a.secretWith(new Uint8Array(32))).toBeNull()
    expect(a.secretWith(new Uint8Array(32).fill(1, 0, 1))).toBeNull()
  })

  it('derives the same keys and authenticates alike', () => {
    expect(one.deriveKey(bytes(32, 3), bytes(32, 4), 'a label')).toEqual(
      other.deriveKey(bytes(32, 3), bytes(32, 4), 'a label'),
    )
    expect(one.authenticate(bytes(32, 3), bytes(99, 4))).toEqual(
      other.authenticate(bytes(32, 3), bytes(99, 4)),
    )
  })

  it('opens what was sealed as the message with the same number only', () => {
    const key = bytes(32, 5)
    for (const count of [0, 1, 2 ** 32 + 5]) {
      const box = one.seal(key, count, bytes(100, 6))
      expect(other.unseal(key, count, box)).toEqual(bytes(100, 6))
      expect(other.unseal(key, count + 1, box)).toBeNull()
      expect(other.unseal(key, count, box.with(3, box[3]! ^ 1))).toBeNull()
      expect(other.unseal(key, count, box.subarray(0, 10))).toBeNull()
    }
  })

  it('signs alike, and both verify it', () => {
    const [ours, theirs] = [one.signingKey(bytes(32, 7)), other.signingKey(bytes(32, 7))]
    expect(ours.publicKey).toEqual(theirs.publicKey)
    const signature = ours.sign(bytes(50, 8))
    expect(theirs.sign(bytes(50, 8))).toEqual(signature)
    for (const { verifyEd25519 } of [ed25519Browser, ed25519Node]) {
      expect(verifyEd25519(ours.publicKey, bytes(50, 8), signature)).toBe(true)
      expect(verifyEd25519(ours.publicKey, bytes(50, 9), signature)).toBe(false)
      expect(verifyEd25519(ours.publicKey, bytes(50, 8), signature.subarray(1))).toBe(false)
    }
  })
})
