import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SearchIndex } from './search-index.ts'
import type { Snippet } from './snippet.ts'

let folder = ''
let path = ''
let index: SearchIndex
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-search-'))
  path = join(folder, 'search.db')
  index = SearchIndex.open(path)
  index.reserve(1, 20_000)
})
afterEach(() => {
  index.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A file of torrent 1. */
const entry = (file: number, name: string, more: { path?: string; text?: string; kind?: string } = {}) => ({
  torrentId: 1,
  file,
  name,
  path: '',
  kind: 'other',
  ...more,
})
const search = (text: string, more: { kinds?: string[]; limit?: number; offset?: number } = {}) =>
  index.search({ text, kinds: [], limit: 100, offset: 0, ...more })
const ids = (text: string, kinds: string[] = []) => search(text, { kinds }).hits.map(({ file }) => file)

describe('what is found', () => {
  test.each([
    ['words of names, split at dots, dashes and underlines', 'My.Holiday_Film-2024.mkv', 'film 2024'],
    ['words that are not finished', 'Sintel trailer', 'trai sint'],
    ['in any case, with and without diacritics', 'Žižek – ÉTUDES', 'zizek études'],
    ['decomposed names', 'Cafe\u0301 Mu\u0308ller', 'café muller'],
    ['ß that is typed as ss', 'Größe der Straße', 'grosse strasse'],
    ['ß in capitals', 'GROSSE STRAẞE', 'große straße'],
    ['ß that is not finished', 'Größe', 'gros'],
    ['ß at the beginning of a short word', 'aß', 'as'],
    ['wide letters', 'ＡＢＣ', 'abc'],
    ['phrases', 'the quick brown fox', '"quick brown" fox'],
    ['a name as it is', 'ubuntu-24.04.iso', 'ubuntu-24.04'],
    ['languages without spaces', '東京タワーの写真', 'タワー'],
    ['several signs of them', '東京タワーの写真', '"京タ" 写'],
    ['Hindi', 'हिन्दी किताब', 'हिन्दी'],
    ['Arabic', 'كتاب عربي', 'عربي'],
    ['with other words excluded', 'apple pie', 'apple -cake'],
    ['with stray signs', 'c++ and c#', '"" * c++ ^ ('],
    ['a phrase that is not closed', 'quick brown', '"quick brown'],
  ])('%s', (_, name, query) => {
    index.put([entry(1, name), entry(2, 'something else')])
    expect(ids(query)).toEqual([1])
  })

  test.each([
    ['words in the middle of another', 'catalogue', 'log'],
    ['phrases in another order', 'brown quick', '"quick brown"'],
    ['phrases that are not finished', 'quick browner', '"quick brown"'],
    ['what is excluded', 'apple cake', 'apple -cake'],
    ['an excluded phrase', 'apple pie cake', 'apple -"pie cake"'],
    ['one word of two', 'apple', 'apple cake'],
    ['signs of a language without spaces in another order', '東京', '京東'],
    ['nothing but exclusions', 'apple', '-cake'],
    ['names of kinds', 'apple', 'kother'],
    ['nothing', 'apple', ' '],
  ])('not: %s', (_, name, query) => {
    index.put([entry(1, name)])
    expect(ids(query)).toEqual([])
  })

  test('names first, then paths, then texts', () => {
    index.put([
      entry(1, 'x', { text: 'about whales' }),
      entry(2, 'x', { path: 'whales' }),
      entry(3, 'whales'),
      entry(4, 'fish'),
    ])
    expect(ids('whales')).toEqual([3, 2, 1])
  })

  test('only the requested kinds', () => {
    index.put([
      entry(1, 'a one', { kind: 'video' }),
      entry(2, 'a two', { kind: 'audio' }),
      entry(3, 'a three'),
    ])
    expect(ids('a', ['video', 'audio']).sort()).toEqual([1, 2])
    expect(ids('a', ['picture'])).toEqual([])
  })

  test('page by page, each item once', () => {
    index.put(Array.from({ length: 250 }, (_, i) => entry(i + 1, `same ${i}`)))
    const seen: number[] = []
    for (let offset = 0; ; offset += 100) {
      const { hits, more } = search('same', { offset })
      seen.push(...hits.map(({ file }) => file!))
      if (!more) break
    }
    expect(new Set(seen).size).toBe(250)
    expect(seen).toHaveLength(250)
  })

  test('names first, also if there are too many hits to rank', () => {
    const texts = Array.from({ length: 10_050 }, (_, i) => entry(i + 10, 'x', { path: 'linux stuff' }))
    index.put([entry(1, 'linux'), ...texts])
    const found = ids('linux')
    expect(found).toHaveLength(100)
    expect(found[0]).toBe(1)
    expect(new Set(found).size).toBe(100)
  })
})

describe('snippets', () => {
  const matched = ({ text, matches }: Snippet) => matches.map(([from, to]) => text.slice(from, to))

  test('show the words, also deep inside the text', () => {
    const filler = 'nothing of interest here. '.repeat(5000)
    index.put([entry(1, 'x', { text: `${filler}The Größe of whales matters. ${filler}` })])
    const found = search('whale').hits[0]!.snippet!
    expect(found.text).toContain('The Größe of whales matters.')
    expect(found.text.length).toBeLessThan(300)
    expect(found.matches.map(([from, to]) => found.text.slice(from, to))).toEqual(['whale'])
    for (const typed of ['grosse', 'grös'])
      expect(matched(search(typed).hits[0]!.snippet!)).toEqual([typed === 'grös' ? 'Größ' : 'Größe'])
    const folded = search('GROße').hits[0]!.snippet!
    expect(folded.matches.map(([from, to]) => folded.text.slice(from, to))).toEqual(['Größe'])
  })

  test('are null if there is no text', () => {
    index.put([entry(1, 'whale')])
    expect(search('whale').hits[0]!.snippet).toBeNull()
  })

  test('show the beginning of the text if only the name matches', () => {
    index.put([entry(1, 'whale', { text: 'About fish' })])
    expect(search('whale').hits[0]!.snippet).toEqual({ text: 'About fish', matches: [] })
  })
})

describe('changes', () => {
  test('of a name keep the text, and a new text replaces the old one', () => {
    index.put([entry(1, 'old', { text: 'inside' })])
    index.put([entry(1, 'new')])
    expect([ids('old'), ids('new'), ids('inside')]).toEqual([[], [1], [1]])
    index.put([entry(1, 'new', { text: 'other' })])
    expect([ids('inside'), ids('other')]).toEqual([[], [1]])
    index.put([entry(1, 'new', { text: '' })])
    expect(ids('other')).toEqual([])
    expect(index.count()).toEqual({ entries: 1, texts: 0 })
  })

  test('remove only the torrent with all its files', () => {
    for (const torrentId of [1, 2, 3]) {
      index.reserve(torrentId, 6000)
      const files = Array.from({ length: 6000 }, (_, i) => ({
        ...entry(i, 'word', { text: 'inside' }),
        torrentId,
      }))
      index.put([{ ...entry(0, 'word'), torrentId, file: null }, ...files])
    }
    index.remove(2)
    index.tidy()
    expect(index.count()).toEqual({ entries: 12_002, texts: 12_000 })
    index.remove(3)
    index.remove(3)
    expect(index.count()).toEqual({ entries: 6001, texts: 6000 })
    expect(search('word').hits.every(({ torrentId }) => torrentId === 1)).toBe(true)
  })

  test('of the number of files reserve or release ids', () => {
    index.reserve(7, 0)
    index.put([{ ...entry(0, 'magnet'), torrentId: 7, file: null }])
    index.put([
      { ...entry(0, 'no room'), torrentId: 7 },
      { ...entry(0, 'unknown'), torrentId: 8 },
    ])
    expect(index.count().entries).toBe(1)
    index.reserve(7, 2)
    index.put([0, 1, 2].map(file => ({ ...entry(file, `file ${file}`), torrentId: 7 })))
    expect(
      search('file')
        .hits.map(({ torrentId, file }) => [torrentId, file])
        .sort(),
    ).toEqual([
      [7, 0],
      [7, 1],
    ])
    index.reserve(7, 1)
    expect(ids('magnet')).toEqual([])
    expect(ids('file')).toHaveLength(2)
  })

  test('are visible to a concurrent reader', () => {
    const reader = SearchIndex.openToRead(path)
    try {
      index.put([entry(1, 'word')])
      expect(reader.search({ text: 'word', kinds: [], limit: 1, offset: 0 }).hits).toHaveLength(1)
    } finally {
      reader.close()
    }
  })
})

describe('the file', () => {
  test.runIf(process.platform !== 'win32')('is for its owner only', () => {
    index.put([entry(1, 'word')])
    for (const ending of ['', '-wal']) expect(statSync(path + ending).mode & 0o777).toBe(0o600)
  })

  test('keeps its generation when it is reopened', () => {
    const { generation } = index
    index.put([entry(1, 'word')])
    index.close()
    index = SearchIndex.open(path)
    expect(index.generation).toBe(generation)
    expect(ids('word')).toEqual([1])
  })

  test('is rebuilt if it has another version', () => {
    const { generation } = index
    index.put([entry(1, 'word')])
    index.close()
    const sqlite = new DatabaseSync(path)
    sqlite.exec('PRAGMA user_version = 1')
    sqlite.close()
    index = SearchIndex.open(path)
    expect(index.generation).not.toBe(generation)
    expect(index.count().entries).toBe(0)
  })

  test('is rebuilt if it is damaged', () => {
    const { generation } = index
    index.close()
    writeFileSync(path, 'x'.repeat(statSync(path).size))
    index = SearchIndex.open(path)
    expect(index.generation).not.toBe(generation)
    expect(index.count().entries).toBe(0)
  })
})

test('any query over any names gets an answer', () => {
  const special = fc.constantFrom(
    '"',
    '*',
    '-',
    '+',
    '(',
    ')',
    ':',
    '^',
    '{',
    '}',
    'AND',
    'OR',
    'NOT',
    'NEAR',
    ' ',
    '\0',
    '\ud800',
    'a',
    '東',
  )
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(special, { maxLength: 12 }).map(parts => parts.join('')),
    fc.array(special, { maxLength: 12 }).map(parts => parts.join(' ')),
    fc
      .array(fc.constantFrom('"', '\\', '$', '[', '.', '|', 'a'), { maxLength: 9 })
      .map(parts => parts.join('')),
  )
  index.put([entry(1, 'a AND b "c" 東京', { text: 'some text a' })])
  fc.assert(
    fc.property(typed, typed, (query, name) => {
      index.put([entry(2, name, { path: name, text: name })])
      for (const { snippet } of search(query).hits)
        for (const [from, to] of snippet?.matches ?? []) {
          expect(from).toBeLessThan(to)
          expect(to).toBeLessThanOrEqual(snippet!.text.length)
        }
    }),
    { numRuns: 500 },
  )
  expect(ids('x'.repeat(100_000))).toEqual([])
  expect(ids('a '.repeat(10_000))).toContain(1)
})
