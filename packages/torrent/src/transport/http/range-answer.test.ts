import { expect, it } from 'vitest'
import { parseRetryAfter } from './range-answer.ts'
import { redirectTarget } from './redirect.ts'

const NOW = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT')

it.each([
  ['120', 120_000],
  ['Wed, 21 Oct 2015 07:29:00 GMT', 60_000],
  ['Wed, 21 Oct 2015 07:00:00 GMT', 0],
  ['999999999', 24 * 60 * 60_000],
  ['soon', 0],
  ['-5', 0],
  [null, 0],
])('Retry-After: %s is %i ms', (text, ms) => expect(parseRetryAfter(text, NOW)).toBe(ms))

it('redirects stay with HTTP(S), never downgrade, and keep the password within its host', () => {
  const from = new URL('https://me:pw@host.example/a/b')
  expect(redirectTarget(200, '/x', from)).toBeNull()
  expect(redirectTarget(302, undefined, from)).toBeNull()
  expect(redirectTarget(307, 'c#d', from)?.href).toBe('https://me:pw@host.example/a/c')
  expect(redirectTarget(301, 'https://other.example/c', from)?.href).toBe('https://other.example/c')
  expect(() => redirectTarget(302, 'http://host.example/c', from)).toThrow(/https to http/)
  expect(() => redirectTarget(302, 'ftp://host.example/c', from)).toThrow(/not HTTP/)
  expect(() => redirectTarget(302, 'http://[', from)).toThrow(/not HTTP/)
})
