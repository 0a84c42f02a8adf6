import { findMismatches } from '@shoal/messages/testing'
import { expect, test } from 'vitest'
import { de } from './de/index.ts'
import { en } from './en/index.ts'

test('the German catalog has the messages of the English one', () => {
  expect(findMismatches(en, de, 'de')).toEqual([])
})
