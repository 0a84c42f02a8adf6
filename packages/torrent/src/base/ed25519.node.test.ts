import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import { verifyEd25519 as inBrowsers } from './ed25519.browser.ts'
import { verifyEd25519 as inNode } from './ed25519.node.ts'

const seed = new Uint8Array(32).fill(5)
const publicKey = ed25519.getPublicKey(seed)
const message = Uint8Array.of(1, 2, 3)
const signature = ed25519.sign(message, seed)

describe.each([
  ['browsers', inBrowsers],
  ['Node', inNode],
])('in %s', (_, verify) => {
  test('a signature is verified', () => {
    expect(verify(publicKey, message, signature)).toBe(true)
  })

  test('a signature of something else is not, nor one with an invalid key or length', () => {
    expect(verify(publicKey, Uint8Array.of(1, 2), signature)).toBe(false)
    expect(verify(new Uint8Array(3), message, signature)).toBe(false)
    expect(verify(new Uint8Array(32).fill(0xff), message, signature)).toBe(false)
    expect(verify(publicKey, message, signature.subarray(1))).toBe(false)
  })

  test('a signature whose R has a part of small order is refused', () => {
    // The library accepts it: the equation holds after multiplication by 8.
    expect(ed25519.verify(twisted(), message, publicKey)).toBe(true)
    expect(verify(publicKey, message, twisted())).toBe(false)
  })
})

/** Signs the message with an R to which a point of order 8 was added. */
function twisted(): Uint8Array {
  const { Point, utils } = ed25519
  const order8 = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
  const { scalar } = utils.getExtendedPublicKey(seed)
  const r = Point.BASE.multiply(12345n).add(order8).toBytes()
  const k = Point.Fn.create(numberOf(sha512(concatBytes(r, publicKey, message))))
  const s = Point.Fn.toBytes(Point.Fn.create(12345n + k * scalar))
  return concatBytes(r, s)
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}
