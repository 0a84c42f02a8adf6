import { expect, it } from 'vitest'
import { utf8 } from './bytes.ts'
import { crc32c } from './crc32c.ts'

it('matches the check value of the polynomial', () => {
  expect(crc32c(utf8('123456789'))).toBe(0xe3069283)
})
