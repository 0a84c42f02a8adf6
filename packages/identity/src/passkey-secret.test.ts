import { describe, expect, test } from 'vitest'
import { KeyPair } from './key-pair.ts'
import { unwrapWithPasskey, WRAPPED_KEY_BYTES, wrapWithPasskey } from './passkey-secret.ts'
import { thrownCode } from './testing/thrown-code.ts'

const me = KeyPair.generate()
const { seed } = me.exportSecret()
const mine = { secret: new Uint8Array(32).fill(7), did: me.did }
const wrapped = wrapWithPasskey(seed, mine)

describe('a key that a passkey opens', () => {
  test('comes back with the same passkey and person', () => {
    expect(wrapped).toHaveLength(WRAPPED_KEY_BYTES)
    expect(unwrapWithPasskey(wrapped, mine)).toEqual(seed)
  })

  test('looks different each time', () => {
    expect(wrapWithPasskey(seed, mine)).not.toEqual(wrapped)
  })

  test('stays closed to another passkey, for another person, and after any change', () => {
    const others = [
      { ...mine, secret: new Uint8Array(32).fill(8) },
      { ...mine, did: KeyPair.generate().did },
    ]
    for (const other of others) expect(thrownCode(() => unwrapWithPasskey(wrapped, other))).toBe('bad-key')
    for (let at = 0; at < wrapped.length; at++) {
      const changed = wrapped.with(at, wrapped[at]! ^ 1)
      expect(
        thrownCode(() => unwrapWithPasskey(changed, mine)),
        `byte ${at}`,
      ).toBe('bad-key')
    }
    for (const length of [0, 1, 17, 60, WRAPPED_KEY_BYTES - 1])
      expect(thrownCode(() => unwrapWithPasskey(wrapped.slice(0, length), mine))).toBe('bad-key')
  })

  test('has 32 bytes, as the secret has', () => {
    expect(thrownCode(() => wrapWithPasskey(seed.slice(1), mine))).toBe('bad-argument')
    expect(thrownCode(() => wrapWithPasskey(seed, { ...mine, secret: seed.slice(1) }))).toBe('bad-argument')
  })
})
