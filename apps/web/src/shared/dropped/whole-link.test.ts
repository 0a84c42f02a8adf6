import { expect, test } from 'vitest'
import { opensHereOnly, wholeLink } from './whole-link.ts'

test('a link without a page goes to the node’s own, where the console was opened', () => {
  expect(wholeLink('#s1AA', 'http://192.0.2.7:8420')).toBe('http://192.0.2.7:8420/share/#s1AA')
  const whole = 'https://node.example/share/#s1AA'
  expect(wholeLink(whole, 'http://127.0.0.1:8420')).toBe(whole)
})

test.each([
  ['http://127.0.0.1:8420/share/#s1AA', true],
  ['http://localhost:8420/share/#s1AA', true],
  ['http://[::1]:8420/share/#s1AA', true],
  ['http://192.168.1.5:8420/share/#s1AA', false],
  ['https://127.example/share/#s1AA', false],
])('%s opens on this machine only: %s', (link, isSo) => {
  expect(opensHereOnly(link)).toBe(isSo)
})
