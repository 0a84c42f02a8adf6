import { randomBytes } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { expect, test } from 'vitest'
import { isPublicKey } from './edwards-key.ts'

const P = 2n ** 255n - 19n

function isPoint(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder()
  } catch {
    return false
  }
}

function encoded(y: bigint, sign = 0n): Uint8Array {
  const number = y | (sign << 255n)
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn))
}

test('keys are those points that can be computed', () => {
  const verdicts = Array.from({ length: 500 }, () => new Uint8Array(randomBytes(32))).map(bytes => {
    expect(isPublicKey(bytes), Buffer.from(bytes).toString('hex')).toBe(isPoint(bytes))
    return isPublicKey(bytes)
  })
  expect(new Set(verdicts).size).toBe(2)
  for (let y = 0n; y < 64n; y++)
    for (const at of [y, P - 1n - y, P + (y % 19n)])
      for (const sign of [0n, 1n]) expect(isPublicKey(encoded(at, sign))).toBe(isPoint(encoded(at, sign)))
})

test('points of small order, other encodings of points and other lengths are none', () => {
  const base = ed25519.Point.BASE
  expect(isPublicKey(base.toBytes())).toBe(true)
  // Multiples of a point by the order of its prime subgroup are of small order.
  const small = new Map<string, Uint8Array>()
  for (let n = 2n; small.size < 8; n++) {
    const bytes = encoded(n)
    if (!isPoint(bytes)) continue
    let point = ed25519.Point.ZERO
    for (const bit of ed25519.Point.Fn.ORDER.toString(2)) {
      point = point.double()
      if (bit === '1') point = point.add(ed25519.Point.fromBytes(bytes))
    }
    small.set(point.toHex(), point.toBytes())
  }
  for (const bytes of small.values()) expect(isPublicKey(bytes)).toBe(false)
  expect(isPublicKey(encoded(P + 3n))).toBe(false)
  expect(isPublicKey(base.toBytes().subarray(1))).toBe(false)
})
