import { expect, test } from 'vitest'
import { chooseLanguage, directionOf } from './language.ts'

test.each([
  [['de-AT', 'en'], 'de'],
  [['fr', 'de_DE.UTF-8'], 'de'],
  [['DE'], 'de'],
  [['den', 'fr'], 'en'],
  [['C', 'POSIX', ''], 'en'],
  [[], 'en'],
])('chooses for %j: %s', (preferred, language) => {
  expect(chooseLanguage(preferred, ['en', 'de'])).toBe(language)
})

test('knows which languages are written from right to left', () => {
  expect(['en', 'de-CH', 'ar', 'he-IL', 'fa'].map(directionOf)).toEqual(['ltr', 'ltr', 'rtl', 'rtl', 'rtl'])
})
