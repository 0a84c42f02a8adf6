import { expect, test } from 'vitest'
import { audienceOf, isSecureAddress } from './audience.ts'

test.each([
  ['http://127.0.0.1:8420/share/#s1', 'machine'],
  ['http://localhost:8420', 'machine'],
  ['http://[::1]:8420', 'machine'],
  ['http://0.0.0.0:8420', 'machine'],
  ['#s1abc', 'machine'],
  ['http://192.168.1.5:8420', 'network'],
  ['http://10.1.2.3', 'network'],
  ['http://[fd00::2]:8420', 'network'],
  ['http://100.101.102.103:8420', 'network'],
  ['http://100.128.0.1:8420', 'everyone'],
  ['http://attic.local:8420', 'network'],
  ['http://attic:8420', 'network'],
  ['http://203.0.113.7:8420', 'everyone'],
  ['http://[2001:db8::7]:8420', 'everyone'],
  ['https://node.example', 'everyone'],
] as const)('%s is for the audience %s', (url, audience) => expect(audienceOf(url)).toBe(audience))

test.each([
  ['https://node.example/share/#s1', true],
  ['http://127.0.0.1:8420', true],
  ['http://[::1]:8420', true],
  ['http://localhost:8420', true],
  ['http://192.168.1.5:8420', false],
  ['http://node.example', false],
  ['#s1abc', false],
] as const)('whether browsers consider %s secure: %s', (url, secure) => {
  expect(isSecureAddress(url)).toBe(secure)
})
