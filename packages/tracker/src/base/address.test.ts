import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAMILY } from '../store.ts'
import { addressText, readAddress } from './address.ts'
import { SCOPE, scopeOf } from './scope.ts'

const words = new Int32Array(4)

describe('addresses', () => {
  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), text => {
        const family = readAddress(text, words)
        expect(family).not.toBeNull()
        const again = new Int32Array(4)
        expect(readAddress(addressText(family!, words), again)).toBe(family)
        const width = family === FAMILY.ipv4 ? 1 : 4
        expect(again.subarray(0, width)).toEqual(words.subarray(0, width))
      }),
    )
  })

  it('are rejected if they are malformed', () => {
    const alphabet = fc.constantFrom(...'0123456789abf:.')
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 20 }), text => {
        expect(readAddress(text, words) !== null).toBe(isIP(text) !== 0)
      }),
      { numRuns: 2000 },
    )
  })

  it('are reduced to IPv4 if they are IPv4-mapped', () => {
    expect(readAddress('::ffff:1.2.3.4', words)).toBe(FAMILY.ipv4)
    expect(words[0]).toBe(0x01020304)
  })

  it.each([
    ['127.0.0.1', SCOPE.machine],
    ['::1', SCOPE.machine],
    ['10.1.2.3', SCOPE.network],
    ['172.31.0.1', SCOPE.network],
    ['172.32.0.1', SCOPE.world],
    ['100.64.0.1', SCOPE.network],
    ['100.128.0.1', SCOPE.world],
    ['fd00::1', SCOPE.network],
    ['fe80::1', SCOPE.network],
    ['2001:db8::1', SCOPE.world],
    ['8.8.8.8', SCOPE.world],
  ])('%s has scope %d', (text, scope) => {
    const family = readAddress(text, words)!
    expect(scopeOf(family, words)).toBe(scope)
  })
})
