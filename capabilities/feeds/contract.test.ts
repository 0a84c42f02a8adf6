import { describeIssue } from '@shoal/api/issues'
import { expect, test } from 'vitest'
import { FEEDS } from './contract.ts'

test('filters name the entry that is wrong', () => {
  const input = { url: 'https://a.example/', filters: [{ include: 'a' }, { include: 'b', label: '' }] }
  const { error } = FEEDS.operations.addFeed.input.safeParse(input)
  expect(describeIssue(error!, input)).toEqual({
    field: 'filters.1.label',
    message: 'entry 2, label (""): it is empty',
  })
})
