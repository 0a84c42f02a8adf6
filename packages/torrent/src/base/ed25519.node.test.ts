import { ed25519 } from '@noble/curves/ed25519.js'
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
})
