import { expect, test } from 'vitest'
import { utf8 } from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'
import { parseIp } from '../base/ip.ts'
import { peerPriority } from './peer-priority.ts'

const at = (host: string, port = 6881) => ({ ip: parseIp(host)!, port })
const priority = (a: string, b: string) => peerPriority(at(a), at(b))

test('CRC-32C has the check value of its definition', () => {
  expect(crc32c(utf8('123456789'))).toBe(0xe3069283)
})

test('has the values of the test vectors in BEP 40, from either end', () => {
  expect(priority('123.213.32.10', '98.76.54.32')).toBe(0xec2d7224)
  expect(priority('98.76.54.32', '123.213.32.10')).toBe(0xec2d7224)
  expect(priority('123.213.32.10', '123.213.32.234')).toBe(0x99568189)
})

test('masks what addresses in one network may choose freely', () => {
  // FF.FF.55.55, then FF.FF.FF.55 in one /16.
  expect(priority('1.2.3.4', '9.9.0.0')).toBe(priority('1.2.3.4', '9.9.170.170'))
  expect(priority('1.2.3.4', '1.2.9.0')).toBe(priority('1.2.3.4', '1.2.9.170'))
  expect(priority('1.2.3.4', '1.2.9.0')).not.toBe(priority('1.2.3.4', '1.2.10.0'))
  expect(priority('2001:db8:1::', '2001:db8:2::')).toBe(priority('2001:db8:1::', '2001:db8:2:aaaa::aaaa'))
  expect(priority('2001:db8:1::', '2001:db8:1:100::')).toBe(priority('2001:db8:1::', '2001:db8:1:1aa::'))
  expect(priority('2001:db8:1::', '2001:db8:1:100::')).not.toBe(priority('2001:db8:1::', '2001:db8:1:200::'))
})

test('tells peers at one address apart by their ports, and families not at all', () => {
  const [a, b, c] = [at('1.2.3.4', 1), at('1.2.3.4', 2), at('1.2.3.4', 3)]
  expect(peerPriority(a, b)).toBe(peerPriority(b, a))
  expect(peerPriority(a, b)).not.toBe(peerPriority(a, c))
  expect(priority('1.2.3.4', '2001:db8::1')).toBeNull()
})
