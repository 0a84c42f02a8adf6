import { expect, test } from 'vitest'
import { fitting } from './matching.ts'

const items = ['Debian 13 amd64', 'Debian 13 arm64', 'Debian 14 beta amd64', 'Fedora 44'].map(
  (title, at) => ({
    id: String(at),
    title,
    source: 'magnet:?',
    publishedMs: null,
    taken: false,
  }),
)
const titles = (include: string, exclude = '') =>
  fitting(items, { include, exclude })?.map(({ title }) => title)

test('all words must be there, none of the others may', () => {
  expect(titles('debian AMD64')).toEqual(['Debian 13 amd64', 'Debian 14 beta amd64'])
  expect(titles('debian', 'beta arm64')).toEqual(['Debian 13 amd64'])
  expect(titles('')).toHaveLength(4)
})

test('between slashes it is a regular expression', () => {
  expect(titles('/debian 1[34] (beta )?amd/')).toEqual(['Debian 13 amd64', 'Debian 14 beta amd64'])
  expect(titles('', '/^debian/')).toEqual(['Fedora 44'])
})

test('an expression that cannot be read is told', () => {
  expect(fitting(items, { include: '/debian (/', exclude: '' })).toBe(null)
  expect(fitting(items, { include: '', exclude: '/[/' })).toBe(null)
})
