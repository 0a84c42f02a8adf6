import { expect, test } from 'vitest'
import { findMatches } from './matching.ts'

const titles = ['Debian 13 amd64', 'Debian 13 arm64', 'Debian 14 beta amd64', 'Fedora 44']
const fits = (include: string, exclude = '') => findMatches({ include, exclude }, titles)

test('all words must be there, none of the others may', () => {
  expect(fits('debian AMD64')).toEqual({ kind: 'fits', at: [0, 2] })
  expect(fits('debian', 'beta arm64')).toEqual({ kind: 'fits', at: [0] })
  expect(fits('')).toEqual({ kind: 'fits', at: [0, 1, 2, 3] })
})

test('between slashes it is a regular expression', () => {
  expect(fits('/debian 1[34] (beta )?amd/')).toEqual({ kind: 'fits', at: [0, 2] })
  expect(fits('', '/^debian/')).toEqual({ kind: 'fits', at: [3] })
})

test('an invalid expression is reported, with its place', () => {
  expect(fits('/debian (/')).toEqual({ kind: 'unreadable', member: 'include' })
  expect(fits('', '/[/')).toEqual({ kind: 'unreadable', member: 'exclude' })
})
