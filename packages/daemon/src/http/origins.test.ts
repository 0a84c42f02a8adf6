import { expect, test } from 'vitest'
import { isTrustworthy } from './origins.ts'

test.each([
  [{ host: '127.0.0.1:8420' }, true],
  [{ host: '[::1]:8420' }, true],
  [{ host: 'localhost' }, true],
  [{ host: '192.168.1.5:8420' }, false],
  [{ host: 'node.example' }, false],
  [{ host: 'node.example', 'sec-fetch-site': 'none' }, true],
  [{ host: 'node.example', 'x-forwarded-proto': 'https' }, true],
  [{}, false],
])('a browser considers the origin of a request with %j secure: %j', (headers, secure) => {
  expect(isTrustworthy(headers)).toBe(secure)
})
