import { AVAILABLE } from '@shoal/messages'
import { findMismatches } from '@shoal/messages/testing'
import { expect, test } from 'vitest'

const CATALOGS = [
  'console',
  'chat',
  'controls',
  'hub',
  'passkeys',
  'viewing',
  'chat-app',
  'people',
  'share-page',
  'share-more',
  'sharing',
  'sealing',
  'scanning',
]
const TRANSLATIONS = AVAILABLE.filter(language => language !== 'en')

const load = async (language: string, name: string) => (await import(`./${language}/${name}.ts`)).default

test.each(TRANSLATIONS.flatMap(language => CATALOGS.map(name => [language, name])))(
  '%s has all messages of the English catalog of %s, with their arguments and plurals',
  async (language, name) => {
    expect(findMismatches(await load('en', name), await load(language, name), language)).toEqual([])
  },
)
