import { DEFAULT_SETTINGS } from '@shoal/api'
import { COMPLETE, sampleFacts } from '@shoal/node/node/server/compat/testing/sample.ts'
import { expect, test } from 'vitest'
import { selectInfos } from './filter.ts'
import { Params } from './params.ts'
import { toInfo } from './torrent-info.ts'

const INFOS = (
  [
    { name: 'b', state: 'downloading', totalBytes: 3 },
    { name: 'a', state: 'downloading', downloadBytesPerSecond: 0, totalBytes: 1, label: null, tags: [] },
    { name: 'd', state: 'paused', downloadBytesPerSecond: 0, totalBytes: 2, private: true },
    { ...COMPLETE, name: 'c', state: 'seeding', downloadBytesPerSecond: 0, totalBytes: 5 },
    { ...COMPLETE, name: 'e', state: 'complete', downloadBytesPerSecond: 0, totalBytes: 4 },
    {
      name: 'f',
      state: 'error',
      downloadBytesPerSecond: 0,
      error: { code: 'io', message: '' },
      totalBytes: 6,
    },
  ] as const
).map(change =>
  toInfo(sampleFacts({ ...change, tags: [...('tags' in change ? change.tags : ['hd'])] }), DEFAULT_SETTINGS),
)

function names(params: Record<string, string>): string {
  return selectInfos(INFOS, new Params(new Map(Object.entries(params))))
    .map(({ name }) => name)
    .join('')
}

test.each([
  ['all', 'badcef'],
  ['nonsense', 'badcef'],
  ['downloading', 'bad'],
  ['seeding', 'c'],
  ['completed', 'ce'],
  ['paused', 'de'],
  ['stopped', 'de'],
  ['running', 'bacf'],
  ['active', 'b'],
  ['inactive', 'adcef'],
  ['stalled', 'ac'],
  ['stalled_uploading', 'c'],
  ['stalled_downloading', 'a'],
  ['errored', 'f'],
])('the filter %s finds %s', (filter, expected) => {
  expect(names({ filter })).toBe(expected)
})

test('an empty category or tag selects torrents without one', () => {
  expect(names({ category: '' })).toBe('a')
  expect(names({ category: 'tv' })).toBe('bdcef')
  expect(names({ tag: '' })).toBe('a')
  expect(names({ tag: 'hd', filter: 'completed' })).toBe('ce')
  expect(names({ private: 'true' })).toBe('d')
})

test('sorts by any column, and cuts from either end', () => {
  expect(names({ sort: 'name' })).toBe('abcdef')
  expect(names({ sort: 'total_size', reverse: 'true' })).toBe('fcebda')
  expect(names({ sort: 'name', offset: '1', limit: '2' })).toBe('bc')
  expect(names({ sort: 'name', offset: '-2' })).toBe('ef')
  expect(() => names({ sort: '__proto__' })).toThrow(/not a column/)
})
