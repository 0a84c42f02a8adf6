import { expect, it } from 'vitest'
import { addressRange } from './address-range.ts'

it.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['2a0b:1234:5678:9abc::1', '2a0b123456789a/56'],
  ['2a0b:1234:5678:9aff::1', '2a0b123456789a/56'],
  ['192.168.1.2', null],
  ['::1', null],
  ['webrtc-7', null],
])('the network of %s is %s', (host, range) => {
  expect(addressRange(host)).toBe(range)
})
