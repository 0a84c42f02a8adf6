import { expect, test } from 'vitest'
import { commitViolation } from './commits.ts'

test.each([
  'session: keep unfinished pieces while a torrent is paused',
  'web, api: seed shares from the add dialog\n\nUsers looked for it there.',
  'docs: process the table of BEPs',
  'build: bring Node 24',
])('accepts %j', message => {
  expect(commitViolation(message)).toBeNull()
})

test.each([
  ['Drops in tests of the page move before they let go', 'area: imperative summary'],
  ['session: keeps unfinished pieces', 'imperative'],
  ['session: added a test', 'imperative'],
  ['session: adding a test', 'imperative'],
  ['session: Keep unfinished pieces', 'imperative'],
  [`session: ${'keep '.repeat(20)}`, 'characters'],
  ['session: keep pieces\nwithout a blank line', 'second line'],
])('rejects %j', (message, reason) => {
  expect(commitViolation(message)).toContain(reason)
})
