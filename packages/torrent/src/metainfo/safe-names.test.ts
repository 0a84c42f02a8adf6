import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../base/bytes.ts'
import { distinctNames, foldName, type NameRules, safeComponent, safePaths } from './safe-names.ts'

const RULES: NameRules[] = ['posix', 'windows']

/**
 * Hostile components (separators, dots, devices, controls, long names, lone surrogates) mixed with
 * ordinary text.
 */
const component = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '.',
    '..',
    '',
    '/',
    '\\',
    'a/../b',
    '..\\x',
    'C:',
    'C:\\x',
    '\0',
    'a\0b',
    '\ud800',
    'con',
    'a',
    'A',
    'ä',
    'a\u0308',
  ),
  fc.string({ minLength: 250, maxLength: 400 }),
  fc.constantFrom('COM1.txt', 'nul', 'x.', 'x ', 'ß', 'SS', 'ſ', 's', 'İ', 'i\u0307'),
)
const paths = fc.array(fc.array(component, { maxLength: 4 }), { maxLength: 12 })

describe.each(RULES)('names by %s rules', rules => {
  test('any component becomes a plain name', () => {
    fc.assert(
      fc.property(component, text => {
        const name = safeComponent(text, rules)
        expect(name).not.toMatch(/^\.{0,2}$/)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: it checks that control characters are removed
        expect(name).not.toMatch(/[/\\\u0000-\u001f\u007f]/)
        expect(utf8(name).length).toBeLessThanOrEqual(255)
        expect(name.isWellFormed()).toBe(true)
        expect(safeComponent(name, rules)).toBe(name)
      }),
    )
  })

  test('paths stay in the folder, do not collide and are reproducible', () => {
    fc.assert(
      fc.property(paths, list => {
        const safe = safePaths(list, rules, { reserved: ['.key.parts'] })
        expect(safe).toEqual(safePaths(list, rules, { reserved: ['.key.parts'] }))
        const keys = new Set(['.key.parts'])
        for (const path of safe) {
          for (const name of path.split('/')) {
            expect(name).not.toMatch(/^\.{0,2}$/)
            expect(utf8(name).length).toBeLessThanOrEqual(255)
          }
          expect(keys.has(foldName(path))).toBe(false)
          keys.add(foldName(path))
        }
        for (const path of safe)
          for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
            expect(keys.has(foldName(path.slice(0, slash)))).toBe(false)
      }),
    )
  })
})

test('ordinary names are unchanged', () => {
  const list = [
    ['My Film (2020)', 'Film: Part 1?.mkv'],
    ['My Film (2020)', 'con'],
    ['My Film (2020)', 'end. '],
  ]
  expect(safePaths(list, 'posix')).toEqual(list.map(path => path.join('/')))
})

test('names for Windows have no devices, drives, streams or dropped endings', () => {
  const names = ['CON', 'com1.txt', 'LPT²', 'nul .x', 'a:b', 'x.', 'x. .', 'what?', 'console', 'conin$']
  expect(names.map(name => safeComponent(name, 'windows'))).toEqual([
    '_CON',
    '_com1.txt',
    '_LPT²',
    '_nul .x',
    'a_b',
    'x_',
    'x___',
    'what_',
    'console',
    '_conin$',
  ])
})

test('names that some file system considers equal are numbered in order', () => {
  expect(
    safePaths(
      [
        ['T', 'Read.me'],
        ['T', 'READ.ME'],
        ['T', 'read.me'],
        ['T', 'READ (2).ME'],
      ],
      'posix',
    ),
  ).toEqual(['T/Read.me', 'T/READ (2).ME', 'T/read (3).me', 'T/READ (2) (2).ME'])
  expect(safePaths([['ä'], ['a\u0308']], 'posix')).toEqual(['ä', 'a\u0308 (2)'])
})

test('a file with the name of a folder is renamed', () => {
  expect(
    safePaths(
      [
        ['T', 'a'],
        ['T', 'A', 'b'],
      ],
      'posix',
    ),
  ).toEqual(['T/a (2)', 'T/A/b'])
})

test('a long name keeps its extension and is not cut within a character', () => {
  const name = safeComponent(`${'é'.repeat(200)}.tar.gz`, 'posix')
  expect(utf8(name).length).toBeLessThanOrEqual(255)
  expect(name).toMatch(/^é+\.gz$/)
  const [first, second] = safePaths([[`${'x'.repeat(300)}.mkv`], [`${'X'.repeat(300)}.mkv`]], 'posix')
  expect(first).toMatch(/^x{251}\.mkv$/)
  expect(second).toMatch(/^X{247} \(2\)\.mkv$/)
})

test('100,000 equal names take linear time', () => {
  const safe = safePaths(
    Array.from({ length: 100_000 }, () => ['T', 'same']),
    'posix',
  )
  expect(new Set(safe).size).toBe(100_000)
  expect(safe.at(-1)).toBe('T/same (100000)')
})

test('many long names that are cut to the same beginning take linear time', () => {
  const names = Array.from({ length: 5000 }, (_, i) => [`${'x'.repeat(251)}${String(i).padStart(4, '0')}`])
  const distinct = distinctNames([...names, ...names])
  expect(new Set(distinct).size).toBe(10_000)
  expect(distinct[5000]).toBe(`${'x'.repeat(251)} (2)`)
  expect(distinct.at(-1)).toBe(`${'x'.repeat(248)} (5001)`)
})
