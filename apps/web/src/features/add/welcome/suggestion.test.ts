import { expect, test } from 'vitest'
import { uploadSuggestion } from './suggestion.ts'

test('a fifth of the connection is left free', () => {
  expect(uploadSuggestion(40)).toBe(4_000_000)
  expect(uploadSuggestion(0.000_001)).toBe(1)
})
