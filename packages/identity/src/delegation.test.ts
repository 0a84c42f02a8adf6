import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Delegation, KeyPair, MAX_DELEGATION_SECONDS, readDelegation, signDelegation } from './index.ts'

const NOW = 1_800_000_000
const key = (letter: number) => new KeyPair(new Uint8Array(32).fill(letter))
const PERSON = key(1)
const [NETWORK, RECIPIENT, OTHER] = [key(2).publicKey, key(3).publicKey, key(4).publicKey]
const DELEGATION: Delegation = {
  ...{ networkKey: NETWORK, recipient: RECIPIENT, notBefore: NOW - 10, notAfter: NOW + 10 },
}
const EXPECTED = { networkKey: NETWORK, recipient: RECIPIENT, nowSeconds: NOW }
const signed = (changes: Partial<Delegation> = {}) => signDelegation({ ...DELEGATION, ...changes }, PERSON)
const refusal = (why: string) => expect.objectContaining({ code: 'bad-certificate', message: why })

describe('a delegation certificate', () => {
  it('names the person, to this recipient, with 177 bytes', () => {
    expect(signed()).toHaveLength(177)
    expect(readDelegation(signed(), EXPECTED)).toEqual({
      ...{ person: PERSON.publicKey, did: PERSON.did, notAfter: NOW + 10 },
    })
  })

  it('says the same of any keys and times', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const times = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 45 }),
      fc.integer({ min: 1, max: MAX_DELEGATION_SECONDS }),
    )
    fc.assert(
      fc.property(bytes, bytes, times, (networkKey, recipient, [notBefore, seconds]) => {
        const notAfter = notBefore + seconds
        const certificate = signed({ networkKey, recipient, notBefore, notAfter })
        const read = readDelegation(certificate, { networkKey, recipient, nowSeconds: notBefore })
        expect(read).toEqual({ person: PERSON.publicKey, did: PERSON.did, notAfter })
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    ['a copy that another network key shows', signed(), { networkKey: OTHER }, 'is for other peers'],
    ['one that its recipient passes on', signed(), { recipient: OTHER }, 'is for other peers'],
    ['an expired one', signed(), { nowSeconds: NOW + 10 }, 'has expired'],
    ['one of the future', signed(), { nowSeconds: NOW - 11 }, 'is not valid yet'],
    [
      'one that is valid for too long',
      signed({ notAfter: NOW - 9 + MAX_DELEGATION_SECONDS }),
      {},
      'is valid for too long',
    ],
    ['one that is too long', Uint8Array.from([...signed(), 0]), {}, 'has a wrong form'],
    ['one that is cut off', signed().subarray(0, 176), {}, 'has a wrong form'],
    ['a large one', new Uint8Array(1024).fill(1), {}, 'has a wrong form'],
    ['none', new Uint8Array(0), {}, 'has a wrong form'],
    ['another version', signed().with(0, 2), {}, 'has a wrong form'],
  ])('is refused: %s', (_, certificate, changes, why) => {
    expect(() => readDelegation(certificate, { ...EXPECTED, ...changes })).toThrow(
      refusal(`This certificate ${why}. Its owner must show a new one.`),
    )
  })

  it('is refused if it was signed for another purpose', () => {
    const body = signed().subarray(0, 113)
    for (const domain of ['', 'shoal/entry/1\0', 'shoal/delegation/2\0', 'shoal/delegation/1']) {
      const message = Uint8Array.from([...new TextEncoder().encode(domain), ...body])
      const forged = Uint8Array.from([...body, ...PERSON.sign(message)])
      expect(() => readDelegation(forged, EXPECTED)).toThrow(
        refusal('This certificate is not signed by the person that it names. Its owner must show a new one.'),
      )
    }
  })

  it('is refused after any change of a byte', () => {
    const certificate = signed()
    for (let at = 0; at < certificate.length; at++) {
      const changed = certificate.with(at, certificate[at]! ^ 1)
      expect(() => readDelegation(changed, EXPECTED)).toThrow(
        expect.objectContaining({ code: 'bad-certificate' }),
      )
    }
  })
})
