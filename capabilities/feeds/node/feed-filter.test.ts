import { expect, test } from 'vitest'
import { FeedFilter } from '../schemas.ts'
import { checkFilter, matchTitles } from './feed-filter.ts'

test.each([
  ['', '', 'anything', true],
  ['debian ISO', '', 'Debian 13 netinst.iso', true],
  ['debian iso', '', 'Debian 13 netinst.img', false],
  ['debian', 'arm64 i386', 'Debian 13 i386', false],
  ['debian', 'arm64 i386', 'Debian 13 amd64', true],
  // Literal names, not patterns.
  ['a.c', '', 'abc', false],
  ['über', '', 'ÜBER', true],
])('include %j, exclude %j: %j is %j', async (include, exclude, title, expected) => {
  const filter = FeedFilter.parse({ include, exclude })
  expect(await matchTitles([filter], [title])).toEqual([expected ? [0] : []])
})

test('an invalid pattern is refused, with its field', async () => {
  const filter = FeedFilter.parse({ exclude: '/(/' })
  const failure = {
    code: 'bad-request',
    field: 'filters.2.exclude',
    message: expect.stringContaining('entry 3, exclude ("("): '),
  }
  expect(() => checkFilter(filter, 'filters.2')).toThrow(expect.objectContaining(failure))
  expect(await matchTitles([filter], ['a'])).toMatchObject([{ code: 'bad-request' }])
})
