import { expect, test } from 'vitest'
import { toTexts } from '../texts.ts'
import { findMismatches } from './mismatches.ts'
import { toPseudo } from './pseudo.ts'

const english = {
  title: 'Transfers',
  menu: { add: 'Add {name}', files: { one: '{count} file', other: '{count} files' } },
} as const

test('finds nothing wrong with a complete translation', () => {
  const german = {
    title: 'Übertragungen',
    menu: { add: '{name} hinzufügen', files: { one: '{count} Datei', other: '{count} Dateien' } },
  }
  expect(findMismatches(english, german, 'de')).toEqual([])
})

test('names each message that does not match', () => {
  const faulty = {
    title: ' ',
    menu: { add: '{nmae} hinzufügen', files: { other: '{count} plików' } },
    old: 'x',
  }
  expect(findMismatches(english, faulty, 'pl')).toEqual([
    'title is empty',
    'menu.add has no argument {nmae}',
    'menu.add leaves out {name}',
    'menu.files lacks the form "one"',
    'menu.files lacks the form "few"',
    'menu.files lacks the form "many"',
    'old is not in the original',
  ])
  expect(findMismatches(english, { title: { other: 'x' } }, 'de')).toEqual([
    'title is a plural, but the original is a text',
    'menu is missing',
  ])
})

test('a pseudo-translation keeps arguments and plurals', () => {
  const texts = toTexts(toPseudo(english), 'en')
  expect(texts.title).toBe('[Tráñšférš~~~]')
  expect(texts.menu.add({ name: 'film' })).toBe('[Ádd film~~~~]')
  expect(texts.menu.files({ count: 2 })).toBe('[2 fíléš~~~~~]')
})
