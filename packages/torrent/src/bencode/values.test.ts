import { describe, expect, it } from 'vitest'
import { utf8 } from '../base/bytes.ts'
import { asBytes, asDictionary, asInteger, asList, asText, type BencodeValue } from './values.ts'

describe('readers', () => {
  it('return a value of their own type and undefined for any other', () => {
    const bytes = utf8('é')
    const kinds: (BencodeValue | undefined)[] = [1, 2n ** 60n, bytes, [], new Map(), undefined]
    expect(kinds.map(asBytes)).toEqual([undefined, undefined, bytes, undefined, undefined, undefined])
    expect(kinds.map(asText)).toEqual([undefined, undefined, 'é', undefined, undefined, undefined])
    expect(kinds.map(asInteger)).toEqual([1, undefined, undefined, undefined, undefined, undefined])
    expect(kinds.map(asList)).toEqual([undefined, undefined, undefined, [], undefined, undefined])
    expect(kinds.map(asDictionary)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      new Map(),
      undefined,
    ])
  })
})
