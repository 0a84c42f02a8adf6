import { describe, expect, test } from 'vitest'
import { toFilter } from './feeds.ts'

describe('filters of feeds', () => {
  const none = { include: undefined, exclude: undefined, label: undefined, out: undefined, paused: false }
  test('there is none without options', () => expect(toFilter(none)).toBeNull())
  test('a filter for all items must be explicit', () => {
    expect(() => toFilter({ ...none, label: 'films' })).toThrow(/--include "" selects all/)
    expect(toFilter({ ...none, include: '', label: 'films' })).toMatchObject({ include: '', label: 'films' })
  })
})
