import { createDiffieHellman } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { seededRandom, systemRandom } from '../../base/random.ts'
import { KEY_BYTES, KeyExchange } from './diffie-hellman.ts'

const PRIME =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd' +
  'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563'

describe('KeyExchange', () => {
  it('gives both sides the same secret, and a third party another one', () => {
    const [a, b, c] = [1, 2, 3].map(seed => new KeyExchange(seededRandom(seed))) as [
      KeyExchange,
      KeyExchange,
      KeyExchange,
    ]
    expect(a.publicKey.length).toBe(KEY_BYTES)
    expect(hex(a.secretWith(b.publicKey))).toBe(hex(b.secretWith(a.publicKey)))
    expect(hex(a.secretWith(b.publicKey))).not.toBe(hex(c.secretWith(b.publicKey)))
  })

  it('agrees with node:crypto', () => {
    const node = createDiffieHellman(PRIME, 'hex', 2)
    node.generateKeys()
    const ours = new KeyExchange(systemRandom)
    const theirKey = fromHex(node.getPublicKey('hex').padStart(2 * KEY_BYTES, '0'))!
    const secret = node
      .computeSecret(ours.publicKey)
      .toString('hex')
      .padStart(2 * KEY_BYTES, '0')
    expect(hex(ours.secretWith(theirKey))).toBe(secret)
  })

  it('pads small numbers to 96 bytes', () => {
    const one = new KeyExchange({ ...seededRandom(1), bytes: count => new Uint8Array(count) })
    expect(hex(one.publicKey)).toBe('01'.padStart(192, '0'))
  })

  it('rejects public keys that make the secret guessable', () => {
    const keys = new KeyExchange(seededRandom(1))
    const minusOne = (BigInt(`0x${PRIME}`) - 1n).toString(16)
    for (const key of ['00', '01', minusOne, PRIME, 'ff'.repeat(96)])
      expect(() => keys.secretWith(fromHex(key.padStart(192, '0'))!)).toThrow(ShoalError)
  })
})
