import { FeedFilter } from '@shoal/api'
import { expect, test } from 'vitest'
import { compileFilter } from './feed-filter.ts'

const matches = (include: string, exclude: string, title: string) =>
  compileFilter(FeedFilter.parse({ include, exclude })).matches(title)

test.each([
  ['', '', 'anything', true],
  ['debian ISO', '', 'Debian 13 netinst.iso', true],
  ['debian iso', '', 'Debian 13 netinst.img', false],
  ['debian', 'arm64 i386', 'Debian 13 i386', false],
  ['debian', 'arm64 i386', 'Debian 13 amd64', true],
  ['/^debian-\\d+\\.\\d+/', '', 'Debian-13.1', true],
  ['/^debian-\\d+\\.\\d+/i', '', 'My Debian-13.1', false],
  ['/s\\d\\de\\d\\d/', '/\\b(cam|ts)\\b/', 'Show S01E02 1080p', true],
  ['/s\\d\\de\\d\\d/', '/\\b(cam|ts)\\b/', 'Show S01E02 CAM', false],
  // Literal names, not patterns.
  ['a.c', '', 'abc', false],
  ['über', '', 'ÜBER', true],
])('include %j, exclude %j: %j is %j', (include, exclude, title, expected) => {
  expect(matches(include, exclude, title)).toBe(expected)
})

test('an invalid pattern is refused, with its field', () => {
  expect(() => compileFilter(FeedFilter.parse({ exclude: '/(/' }), 'filters.2')).toThrow(
    expect.objectContaining({ code: 'bad-request', field: 'filters.2.exclude' }),
  )
})

test('a pattern with catastrophic backtracking is aborted', () => {
  const beganMs = performance.now()
  expect(() => matches('/^(a+)+$/', '', `${'a'.repeat(60)}!`)).toThrow(
    expect.objectContaining({ code: 'slow-pattern' }),
  )
  expect(performance.now() - beganMs).toBeLessThan(10_000)
})
