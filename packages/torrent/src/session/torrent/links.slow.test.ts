import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../base/errors.ts'
import { checkedTiers } from './links.ts'

test('any text is accepted as a tracker, or refused with a reason that has no secrets', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), text => {
      try {
        expect(checkedTiers([[text, text]])).toEqual([[text.trim()]])
      } catch (error) {
        expect(error).toBeInstanceOf(ShoalError)
        expect((error as ShoalError).code).toBe('bad-argument')
      }
    }),
  )
  expect(() => checkedTiers([['ftp://x.example/0123456789abcdef0123/announce']])).toThrow(
    'x.example/…/announce',
  )
})
