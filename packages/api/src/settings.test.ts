import { expect, test } from 'vitest'
import { OPERATIONS } from './operations.ts'
import { SettingsChange } from './settings.ts'

test('a rate limit of 0 is none', () => {
  expect(SettingsChange.parse({ limits: { downloadBytesPerSecond: 0, uploadBytesPerSecond: 5 } })).toEqual({
    limits: { downloadBytesPerSecond: null, uploadBytesPerSecond: 5 },
  })
  const id = 'ab'.repeat(20)
  expect(OPERATIONS.updateTorrent.input.parse({ id, uploadLimitBytesPerSecond: 0 })).toEqual({
    id,
    uploadLimitBytesPerSecond: null,
  })
  expect(OPERATIONS.updateTorrent.input.parse({ id })).toEqual({ id })
  expect(() => SettingsChange.parse({ limits: { downloadBytesPerSecond: -1 } })).toThrow()
})
