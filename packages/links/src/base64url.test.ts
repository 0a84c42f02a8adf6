import { base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from './base64url.ts'

test('writes the alphabet of URLs without padding, and reads it', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const text = encodeBase64url(bytes)
      expect(text).toBe(base64urlnopad.encode(bytes))
      expect(decodeBase64url(text)).toEqual(bytes)
    }),
  )
})

test.each(['A', 'AB', 'QQ==', 'Q Q', 'a+b/', 'ä'])('does not read %j', text => {
  expect(decodeBase64url(text)).toBeNull()
})

test('reads any text without an error', () => {
  fc.assert(fc.property(fc.string(), text => void decodeBase64url(text)))
})
