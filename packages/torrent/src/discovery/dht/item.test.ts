import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, fromUtf8, hex, utf8 } from '../../base/bytes.ts'
import { encode } from '../../bencode/bencode.ts'
import {
  asSequence,
  createItem,
  isItemValue,
  itemTarget,
  type MutableItem,
  signedBytes,
  signItem,
} from './item.ts'
import { isSigned, isStorable } from './item-check.ts'
import { ItemOwner } from './test-item-owner.ts'

const bytes = (text: string) => fromHex(text)!
const publicKey = bytes('77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548')
const value = utf8('12:Hello World!')

describe('the test vectors of BEP 44', () => {
  it.each([
    [
      'without salt',
      '',
      '3:seqi1e1:v12:Hello World!',
      '4a533d47ec9c7d95b1ad75f576cffc641853b750',
      '305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01',
    ],
    [
      'with salt',
      'foobar',
      '4:salt6:foobar3:seqi1e1:v12:Hello World!',
      '411eba73b6f087ca51a3795d9c8c938d365e32c1',
      '6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08',
    ],
  ])('mutable %s', (_, salt, signed, target, signature) => {
    const item: MutableItem = { value, publicKey, salt: utf8(salt), seq: 1n, signature: bytes(signature) }
    expect(fromUtf8(signedBytes(item))).toBe(signed)
    expect(hex(itemTarget(item))).toBe(target)
    expect(isSigned(item)).toBe(true)
    expect(isSigned({ ...item, seq: 2n })).toBe(false)
    expect(isSigned({ ...item, salt: utf8('other') })).toBe(false)
    expect(isSigned({ ...item, value: utf8('12:Hello world!') })).toBe(false)
  })

  it('immutable', () => {
    const item = createItem('Hello World!')
    expect(item.value).toEqual(value)
    expect(hex(itemTarget(item))).toBe('e5f96f6f38320f0f33959cb4d3d656452117aadb')
  })
})

describe('test vectors of BEP 46', () => {
  it.each([
    ['', 'cc3f9d90b572172053626f9980ce261a850d050b'],
    ['6e', '59ee7c2cb9b4f7eb1986ee2d18fd2fdb8a56554f'],
  ])('salt "%s"', (salt, target) => {
    const key = bytes('8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e')
    expect(hex(itemTarget({ publicKey: key, salt: bytes(salt) }))).toBe(target)
  })
})

describe('signItem', () => {
  it('creates items that verify', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.bigInt(0n, 2n ** 63n - 1n), (salt, seq) => {
        expect(isStorable(owner.item(seq, { ih: new Uint8Array(20) }, salt))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  const owner = new ItemOwner()
  it.each([
    ['a value of 1,001 bytes', { value: new Uint8Array(997) }],
    ['a salt of 65 bytes', { salt: new Uint8Array(65) }],
    ['a key of 31 bytes', { publicKey: new Uint8Array(31) }],
    ['a negative sequence number', { seq: -1n }],
    ['a sequence number of more than 63 bits', { seq: 2n ** 63n }],
  ])('rejects %s', (_, change) => {
    const { publicKey, sign } = owner
    const parts = { publicKey, sign, salt: new Uint8Array(0), seq: 1n, value: 'x', ...change }
    expect(() => signItem(parts)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
    const { value, ...rest } = parts
    const forged = { ...rest, value: encode(value), signature: new Uint8Array(64) }
    expect(isStorable(forged)).toBe(false)
  })
})

describe('isItemValue', () => {
  it.each([
    '',
    'x',
    '1:ab',
    'i01e',
    'd1:bi1e1:ai2ee',
    'd1:ai1e1:ai2ee',
    '01:a',
    `${'l'.repeat(17)}${'e'.repeat(17)}`,
  ])('rejects "%s"', text => expect(isItemValue(utf8(text))).toBe(false))

  it('accepts only bytes that encoding again does not change', () => {
    expect(isItemValue(utf8('d1:ai2e1:bl0:i-1eee'))).toBe(true)
    expect(isItemValue(encode(new Uint8Array(996)))).toBe(true)
    expect(isItemValue(encode(new Uint8Array(997)))).toBe(false)
  })
})

describe('asSequence', () => {
  it('accepts 0 to 2^63 - 1', () => {
    expect([0, 5, 2n ** 63n - 1n].map(asSequence)).toEqual([0n, 5n, 2n ** 63n - 1n])
    expect([-1, 2n ** 63n, new Uint8Array(1), undefined].map(asSequence)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
