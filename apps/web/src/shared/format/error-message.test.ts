import { expect, test } from 'vitest'
import { errorMessage } from './error-message.ts'

test('the message begins with a capital letter', () => {
  expect(errorMessage(new Error('no such torrent'))).toBe('No such torrent')
  expect(errorMessage({ code: 'io', message: 'the disk failed' })).toBe('The disk failed')
  expect(errorMessage('x')).toBe('X')
})
