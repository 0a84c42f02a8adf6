import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

// The published check value of this checksum.
test('the checksum of 123456789', () => expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926))
