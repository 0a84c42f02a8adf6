import { expect, test } from 'vitest'
import { FeedFilter } from '../schemas.ts'
import { matchTitles } from './feed-filter.ts'

test('patterns ignore case, and exclude as well as include', async () => {
  const filters = [
    { include: '/^debian-\\d+\\.\\d+/' },
    { include: '/s\\d\\de\\d\\d/i', exclude: '/\\b(cam|ts)\\b/' },
    { include: 'show' },
  ]
  const titles = ['Debian-13.1', 'My Debian-13.1', 'Show S01E02 1080p', 'Show S01E02 CAM']
  const matches = await matchTitles(
    filters.map(each => FeedFilter.parse(each)),
    titles,
  )
  expect(matches).toEqual([[0], [2], [2, 3]])
})

test('a pattern with catastrophic backtracking is aborted, and does not stop anything else meanwhile', async () => {
  const hostile = `${'a'.repeat(60)}!`
  const filters = ['/b/', '/^(a+)+$/', '/!/'].map(include => FeedFilter.parse({ include }))
  let turns = 0
  const timer = setInterval(() => turns++, 10)
  const before = process.threadCpuUsage()
  const matches = await matchTitles(filters, ['abc', hostile], { limitMs: 300 })
  const { user } = process.threadCpuUsage(before)
  clearInterval(timer)
  expect(matches).toMatchObject([[0], { code: 'slow-pattern' }, [1]])
  expect((matches[1] as Error).message).toBe(
    `the filter /^(a+)+$/ takes too long to match ${JSON.stringify(hostile)}: simplify it`,
  )
  expect(turns).toBeGreaterThan(5)
  // Microseconds; the pattern alone takes 300 ms.
  expect(user).toBeLessThan(250_000)
})

test('it ends when it is no longer wanted', async () => {
  const abort = new AbortController()
  const matches = matchTitles([FeedFilter.parse({ include: '/^(a+)+$/' })], [`${'a'.repeat(60)}!`], {
    signal: abort.signal,
  })
  abort.abort(new Error('the node is stopping'))
  await expect(matches).rejects.toThrow('the node is stopping')
})
