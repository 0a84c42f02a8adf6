import { expect, test } from 'vitest'
import { findLanguage } from './texts.ts'

test.each<[string[], Record<string, string>, string]>([
  [['list'], {}, 'en'],
  [['list', '--lang', 'de'], { SHOAL_LANG: 'en' }, 'de'],
  [['--lang=de', 'help'], {}, 'de'],
  [['list'], { SHOAL_LANG: 'de', LANG: 'en_US.UTF-8' }, 'de'],
  [['list'], { LANG: 'de_AT.UTF-8' }, 'de'],
  [['list'], { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, 'en'],
  [['list'], { LC_MESSAGES: 'de_DE', LANG: 'en_US' }, 'de'],
  [['list'], { LANG: 'fr_FR.UTF-8' }, 'en'],
  [['get', '--', '--lang=de'], {}, 'en'],
  [['list', '--lang', 'de', '--json'], {}, 'en'],
])('the language of %j with %j is %s', (args, env, language) => {
  expect(findLanguage(args, env)).toBe(language)
})
