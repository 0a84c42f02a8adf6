import { expect, test } from 'vitest'
import { isExposed } from './hub-address.ts'

test.each([
  ['http://hub.example.org', true],
  ['http://203.0.113.5:8480', true],
  ['https://hub.example.org', false],
  ['http://localhost:8480', false],
  ['http://192.168.1.5:8480', false],
  ['http://hub.local', false],
  ['http://[fd00::5]:8480', false],
  [`http://${'a'.repeat(56)}.onion`, false],
])('%s is exposed: %s', (url, expected) => expect(isExposed(url)).toBe(expected))
