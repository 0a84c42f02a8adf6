import { expect, test } from 'vitest'
import { ContentFilter, type ContentFilterOptions } from './content-filter.ts'

const filtered = (names: readonly string[], options: ContentFilterOptions = {}, folder = '/d') => {
  const filter = new ContentFilter(options)
  const kept = filter.filter(folder, names)
  return { kept, leftOut: Object.fromEntries(filter.leftOut) }
}

test.each(['film.mkv', 'Photos', 'party.txt', 'a~b', 'Icons', 'sealed.age'])('keeps %s', name =>
  expect(filtered([name]).kept).toEqual([name]),
)

test.each([
  ['.git', 'hidden'],
  ['film.mkv.part', 'unfinished'],
  ['a.crdownload', 'unfinished'],
  ['a.!qB', 'unfinished'],
  ['a.aria2', 'unfinished'],
  ['x.tmp', 'unfinished'],
  ['~$doc.docx', 'unfinished'],
  ['note.txt~', 'unfinished'],
])('leaves out %s: %s', (name, reason) => {
  expect(filtered([name])).toEqual({ kept: [], leftOut: { [`/d/${name}`]: reason } })
})

test('what a marker next to it says is not finished is left out, a finished file with a backup is not', () => {
  const { kept, leftOut } = filtered(['film.mkv', 'film.mkv.aria2', 'note.txt', 'note.txt~'])
  expect(kept).toEqual(['note.txt'])
  expect(leftOut['/d/film.mkv']).toBe('unfinished')
})

test('what file managers leave is left out without a word, hidden files are included on request', () => {
  expect(filtered(['Thumbs.db', 'desktop.ini', '.DS_Store'])).toEqual({ kept: [], leftOut: {} })
  expect(filtered(['.git'], { hidden: true }).kept).toEqual(['.git'])
})

test('leaves out what a node holds, wherever it is, and sealed files even of an unknown node', () => {
  const held = new Map([
    ['/d/film', 'managed'],
    ['/d/part.bin', 'unfinished'],
  ] as const)
  expect(filtered(['film', 'own.txt', 'part.bin'], { held })).toEqual({
    kept: ['own.txt'],
    leftOut: { '/d/film': 'managed', '/d/part.bin': 'unfinished' },
  })
  expect(filtered(['film', 'part.bin'], { held, leave: ['unfinished'] }).kept).toEqual(['film'])
  expect(filtered(['sealed.age'], {}, '/d/Sealed/0123').leftOut).toEqual({
    '/d/Sealed/0123/sealed.age': 'sealed',
  })
  const filter = new ContentFilter({ held })
  expect([filter.holderOf('/d/film/a/b'), filter.holderOf('/d/other')]).toEqual(['managed', null])
})

test('a download of this folder that is not complete is left out', () => {
  const heldIn = (folder: string) =>
    new Map(folder === '/d/films' ? [['film.mkv', 'unfinished'] as const] : [])
  expect(filtered(['film.mkv', 'b'], { heldIn }, '/d/films').kept).toEqual(['b'])
})
