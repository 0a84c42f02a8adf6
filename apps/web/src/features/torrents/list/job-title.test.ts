import { JobKind } from '@shoal/api'
import { expect, test } from 'vitest'
import { jobTitle } from './job-title.ts'

test('the title of a finished job says that it is finished', () => {
  const job = { kind: 'create', name: 'dropped.txt' } as const
  expect(jobTitle({ ...job, state: 'running' })).toBe('Preparing dropped.txt for sharing')
  expect(jobTitle({ ...job, state: 'failed' })).toBe('Preparing dropped.txt for sharing')
  expect(jobTitle({ ...job, state: 'done' })).toBe('dropped.txt is shared')
  for (const kind of JobKind.options) {
    const titles = (['running', 'done'] as const).map(state => jobTitle({ kind, state, name: 'x' }))
    expect(new Set(titles).size).toBe(2)
  }
})
